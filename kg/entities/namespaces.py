"""The prefixes of wikilinks that do not lead to an article of the wiki: namespaces and other wikis.

The names of the namespaces are those of MediaWiki's language files and of Wikimedia's configuration, the prefixes
those of the interwiki map of Wikimedia (https://meta.wikimedia.org/wiki/Interwiki_map). All are in lower case, as
MediaWiki compares them.
"""

from __future__ import annotations

from typing import Final

_SUBJECTS: Final = (
    "user", "wikipedia", "project", "file", "image", "mediawiki", "template", "help", "category", "portal", "draft",
    "module", "timedtext", "book", "education program", "gadget", "gadget definition", "mos",
)  # fmt: skip
#: Namespaces that every Wikipedia has, by their canonical names, and those of the English one.
NAMESPACES: Final = frozenset(
    {"media", "special", "talk", "wp", *_SUBJECTS, *(f"{subject} talk" for subject in _SUBJECTS)}
)

_CHINESE_SUBJECTS: Final = """
用户 用戶 使用者 维基百科 維基百科 专案 專案 文件 档案 檔案 图像 圖像 图片 圖片 mediawiki 模板 样板 樣板
帮助 幫助 使用说明 使用說明 分类 分類 主题 主題 专题 專題 维基专题 維基專題 草稿 模块 模塊 模组 模組
"""
_CHINESE_OTHERS: Final = "媒体 媒體 媒体文件 媒體檔案 媒体档案 特殊 u ut wt t h cat p pj wpj pjt wpjt wikiproject"
_CHINESE_TALK: Final = ("讨论", "討論", "对话", "對話")
#: Namespaces by the names that only the wiki in this language uses.
LOCAL_NAMESPACES: Final = {
    "en": frozenset({"wt", "tm"}),
    "zh": frozenset(
        {*_CHINESE_OTHERS.split(), "wikiproject talk"}
        | {f"{subject}{talk}" for subject in ("", *_CHINESE_SUBJECTS.split()) for talk in _CHINESE_TALK}
        | {*_CHINESE_SUBJECTS.split()}
    ),
}

_LANGUAGES: Final = """
aa ab ace ady af ak als alt am ami an ang anp ar arc ary arz as ast atj av avk awa ay az azb ba ban bar bat-smg
bcl be be-tarask be-x-old bg bh bi bjn blk bm bn bo bpy br bs btm bug bxr ca cbk-zam cdo ce ceb ch cho chr chy
ckb co cr crh cs csb cu cv cy cz da dag de din diq dk dsb dty dv dz ee el eml en eo epo es et eu ext fa fat ff
fi fiu-vro fj fo fr frp frr fur fy ga gag gan gcr gd gl glk gn gom gor got gpe gsw gu guc gur guw gv ha hak haw
he hi hif ho hr hsb ht hu hy hyw hz ia id ie ig ii ik ilo inh io is it iu ja jam jbo jp jv ka kaa kab kbd kbp
kcg kg ki kj kk kl km kn ko koi kr krc ks ksh ku kv kw ky la lad lb lbe lez lfn lg li lij lld lmo ln lo lrc lt
ltg lv lzh mad mai map-bms mdf mg mh mhr mi min minnan mk ml mn mni mnw mo mr mrj ms mt mus mwl my myv mzn na
nah nan nap nb nds nds-nl ne new ng nia nl nn no nov nqo nrm nso nv ny oc olo om or os pa pag pam pap pcd pcm
pdc pfl pi pih pl pms pnb pnt ps pt pwn qu rm rmy rn ro roa-rup roa-tara ru rue rup rw sa sah sat sc scn sco sd
se sg sgs sh shi shn shy si simple sk skr sl sm smn sn so sq sr srn ss st stq su sv sw szl szy ta tay tcy te tet
tg th ti tk tl tly tn to tpi tr trv ts tt tum tw ty tyv udm ug uk ur uz ve vec vep vi vls vo vro wa war wo wuu
xal xh xmf yi yo yue za zea zh zh-cfr zh-classical zh-cn zh-min-nan zh-tw zh-yue zu
"""
#: The codes of Wikipedia's languages, which lead to the article in that language.
LANGUAGES: Final = frozenset(_LANGUAGES.split())
#: Prefixes of Wikipedias other than their language codes.
WIKIPEDIAS: Final = {"w": "en", "zh-cn": "zh", "zh-tw": "zh"}

_OTHER_SITES: Final = """
b c d f m n q s v wikt voy mw meta commons species wikispecies wiktionary wikinews wikibooks wikiquote
wikisource wikiversity wikivoyage wikidata wikifunctions wikimedia wmf foundation foundationsite metawiki
metawikimedia metawikipedia mediawikiwiki incubator betawikiversity oldwikisource outreach outreachwiki strategy
usability quality policy donate advisory spcom votewiki wikitech labsconsole horizonlabs testwiki test2wiki
testwikidata tenwiki nost nostalgia sep11 wg wikipediawikipedia wmania wmteam wmfblog wmdeblog translatewiki
betawiki bugzilla mediazilla phab phabricator gerrit git rev pyrev svn tswiki jira rt ticket otrs otrswiki mail
mailarchive irc ircrc rcirc freenode download dbdump stats etherpad petscan quarry luxo utrs sulutil stewardry
toolforge toollabs tools acronym advogato aew appropedia aquariumwiki arborwiki arxiv atmwiki baden
battlestarwiki bcnbio beacha bibcode bibliowiki bluwiki blw botwiki boxrec brickwiki bulba c2 c2find cache ĉej
cellwiki centralwikia chej choralwiki citizendium ckwiss comixpedia communityscheme communitywiki comune
creativecommons creativecommonswiki cxej dcc dcdatabase dcma delicious devmo dict dictionary disinfopedia
distributedproofreaders distributedproofreadersca dmoz dmozs doi dpd drae dreamhost drumcorpswiki dwjwiki eĉei
ecoreality ecxei elibre emacswiki encyc energiewiki englyphwiki enkol eokulturcentro esolang ethnologue
ethnologuefamily evowiki exotica fanimutationwiki fedora finalfantasy finnix flickrphoto flickruser floralwiki
foldoc forthfreak foxwiki freebio freebsdman freeculturewiki freedomdefined freefeel freekiwiki freesoft ganfyd
gardenology gausswiki gentoo genwiki globalvoices glossarwiki glossarywiki google googledefine googlegroups
guildwarswiki guildwiki gutenberg gutenbergwiki h2wiki hackerspaces hammondwiki hdl heroeswiki hrfwiki hrwiki
hupwiki iarchive imdbcharacter imdbcompany imdbname imdbtitle infosecpedia infosphere iso639-3 issn iuridictum
jaglyphwiki javanet javapedia jefo jerseydatabase jspwiki jstor kamelo karlsruhe kinowiki kmwiki komicawiki
kontuwiki koslarwiki libreplanet linguistlist linuxwiki linuxwikide liswiki literateprograms livepedia localwiki
lojban lostpedia lqwiki mariowiki marveldatabase meatball memoryalpha metawikisearch mineralienatlas moinmoin
monstropedia mosapedia mozcom mozillawiki mozillazinekb musicbrainz mwod mwot nara nkcells nosmoke oeis olpc
onelook openlibrary openstreetmap openwetware opera7wiki organicdesign orthodoxwiki osmwiki ourmedia owasp
panawiki patwiki personaltelco phpwiki phwiki planetmath pmeg pmid pokewiki pokéwiki proofwiki psycle pythoninfo
pythonwiki pywiki reuterswiki revo rfc rheinneckar robowiki rodovid rowiki rtfm s23wiki scholar schoolswp scores
scoutwiki scramble seapig seattlewiki semantic-mw senseislibrary sharemap silcode slashdot slwiki sourceforge
squeak strategywiki swinbrain swtrain tabwiki tclerswiki technorati tfwiki thelemapedia theopedia thinkwiki tmbw
tmnet tmwiki tviv tvtropes twiki tyvawiki uncyclopedia unihan unreal urbandict usej usemod viaf vikidia vlos
vkol voipinfo werelate wikia wikiasite wikiapiary wikichristian wikicities wikicity wikiconference wikif1
wikifur wikihow wikiindex wikilemon wikilivres wikilivresru wikimac-de wikinfo wikinvest wikiotics wikipapers
wikiskripta wikisophia wikispot wikiti wikitree wikiwikiweb wipipedia wlug wookieepedia wowwiki wqy wurmpedia
zrhwiki zum zwiki
"""
#: Prefixes of sister projects and of sites elsewhere.
OTHER_SITES: Final = frozenset(_OTHER_SITES.split())
