"""Who publishes and who wrote an article, by its address and the label printed after it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.entities.publishers import publishers
from kg.entities.publishers.publishers import Credit, Publishers

KNOWN = publishers.load()
URLS = st.one_of(
    st.text(),
    st.from_regex(r"https?://[a-z.\-]{1,20}(/[a-z/.:]{0,20})?", fullmatch=True),
    st.sampled_from(["https://web.archive.org/web/2011/", "https://www.google.com/", "https://news.yahoo.com/x"]),
)
LABELS = st.one_of(st.text(), st.sampled_from(["AP", "AFP via Google News", "BBC", "Reuters/AP", "1", "via", "/"]))


def credit(url: str, *labels: str) -> Credit:
    found = KNOWN.credit(url, labels)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("url", "publisher"),
    [
        ("http://news.bbc.co.uk/1/hi/2.stm", "bbc"),
        ("https://www.bbc.com/news/1", "bbc"),
        ("http://feeds.bbci.co.uk/news/1", "bbc"),
        ("http://thelede.blogs.nytimes.com/1", "the-new-york-times"),
        ("https://nyti.ms/abc", "the-new-york-times"),
        ("http://www.guardian.co.uk/1", "the-guardian"),
        ("http://en.rian.ru/1", "ria-novosti"),
        ("http://abcnews.go.com/1", "abc-news"),
        ("http://espn.go.com/1", "espn"),
        ("http://www.abc.net.au/1", "abc-australia"),
        ("http://www.msnbc.msn.com/id/1", "nbc-news"),
        ("http://www.google.com/hostednews/ap/article/1", "ap"),
        ("http://www.google.com/hostednews/ukpress/article/1", "press-association"),
        ("http://afp.google.com/article/1", "afp"),
        ("http://news.google.com/1", "google-news"),
        ("http://www.portherald.example.co.uk/1", "example.co.uk"),
        ("http://mine.wordpress.com/1", "mine.wordpress.com"),
        ("http://192.0.2.7:8080/1", "192.0.2.7"),
        ("https://web.archive.org/web/2011/http://www.bbc.co.uk/1", "bbc"),
        ("https://archive.is/2013/http://translate.google.com/translate?u=http://www.bbc.co.uk/", "bbc"),
    ],
)
def test_a_publisher_is_recognised_by_its_host(url: str, publisher: str) -> None:
    assert credit(url) == Credit(publisher)
    assert credit(url, "An unknown label") == Credit(publisher)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://www.thetimes.co.uk/1", "http://timesofindia.indiatimes.com/1"),
        ("http://www.irishtimes.com/1", "http://www.nytimes.com/1"),
        ("http://www.thestar.com/1", "http://www.thestar.com.my/1"),
        ("http://www.independent.co.uk/1", "http://www.independent.ie/1"),
        ("http://www.theguardian.com/1", "http://www.guardian.co.tt/1"),
        ("http://www.dailystar.com.lb/1", "http://www.thedailystar.net/1"),
        ("http://abcnews.go.com/1", "http://www.abc.net.au/1"),
    ],
)
def test_organisations_that_share_a_name_stay_apart(one: str, other: str) -> None:
    assert credit(one, "The Times") != credit(other, "The Times")


@pytest.mark.parametrize(
    ("url", "label", "publisher", "authors"),
    [
        ("http://www.washingtonpost.com/1", "AP via Washington Post", "the-washington-post", ("ap",)),
        ("http://www.washingtonpost.com/1", "Associated Press", "the-washington-post", ("ap",)),
        ("http://www.washingtonpost.com/1", "Washington Post/Reuters", "the-washington-post", ("reuters",)),
        ("http://www.abc.net.au/1", "AFP/Reuters via ABC News Australia", "abc-australia", ("afp", "reuters")),
        ("http://www.abc.net.au/1", "BBC via ABC News Australia", "abc-australia", ("bbc",)),
        ("http://www.port.example/1", "Xinhua through the Port Herald", "port.example", ("xinhua",)),
        ("http://www.port.example/1", "BBC", "port.example", ()),
        ("http://www.port.example/1", "Unknown Wire via Port Herald", "port.example", ()),
        ("http://www.reuters.com/1", "Reuters via Port Herald", "reuters", ()),
        ("http://hosted.ap.org/1", "AP via Port Herald", "ap", ()),
        ("http://www.usnews.com/1", "U.S. News & World Report", "us-news", ()),
        ("http://www.channelnewsasia.com/1", "CNA", "channel-newsasia", ()),
    ],
)
def test_an_agency_in_a_label_is_the_author_of_what_another_publishes(
    url: str, label: str, publisher: str, authors: tuple[str, ...]
) -> None:
    assert credit(url, label) == Credit(publisher, authors)


@pytest.mark.parametrize(
    ("url", "label", "publisher", "authors"),
    [
        ("http://news.yahoo.com/1", "AP via Yahoo! News", "ap", ()),
        ("http://news.yahoo.com/1", "Yahoo! News", "yahoo-news", ()),
        ("http://news.yahoo.com/1", "Port Herald", "yahoo-news", ()),
        ("http://au.news.yahoo.com/thewest/1", "AFP via The West Australian", "the-west-australian", ("afp",)),
        ("https://twitter.com/1", "CCTV via Twitter", "cctv", ()),
        ("https://bit.ly/1", "The Guardian", "the-guardian", ()),
        ("https://archive.is/AbCdE", "BBC News", "bbc", ()),
        ("http://news.qq.com/1", "新华网", "xinhua", ()),
        ("https://web.archive.org/web/2011/http://www.cnn.com/1", "BBC", "cnn", ()),
    ],
)
def test_for_a_portal_the_label_names_the_publisher(
    url: str, label: str, publisher: str, authors: tuple[str, ...]
) -> None:
    assert credit(url, label) == Credit(publisher, authors)


def test_of_several_labels_of_one_article_the_informative_one_counts() -> None:
    assert credit("http://news.yahoo.com/1", "", "Yahoo! News", "Reuters via Yahoo! News") == Credit("reuters")
    assert credit("http://www.cnn.com/1", "CNN", "AP via CNN") == Credit("cnn", ("ap",))


def test_an_address_without_a_host_has_no_publisher() -> None:
    assert KNOWN.credit("mailto:someone", ["AP"]) is None


@given(URLS, st.lists(LABELS, max_size=3))
def test_any_address_and_labels_give_the_same_answer_each_time(url: str, labels: list[str]) -> None:
    found = KNOWN.credit(url, labels)
    assert found == KNOWN.credit(url, labels) == Publishers(table()).credit(url, labels)
    if found:
        assert found.publisher
        assert found.publisher not in found.authors


@given(st.from_regex(r"[a-z0-9\-]{1,12}(\.[a-z0-9\-]{1,12}){0,3}", fullmatch=True))
def test_a_publishers_own_domain_is_published_by_it(host: str) -> None:
    found = KNOWN.credit(f"http://{host}/")
    if found and not KNOWN.reviewed(found.publisher):
        assert KNOWN.credit(f"http://{found.publisher}/") == found


# ---- The table


def table() -> list[str]:
    return publishers.files()[0].read_text(encoding="utf-8").splitlines()[1:]


def test_the_table_is_sorted_and_has_each_key_once() -> None:
    keys = [line.partition("\t")[0] for line in table()]
    assert keys == sorted(set(keys))


def test_no_address_is_in_the_table_twice() -> None:
    addresses = [one for line in table() for one in line.split("\t")[3].split()]
    assert len(addresses) == len(set(addresses))


def test_every_row_says_which_kind_it_is_and_is_spelled_as_an_iri() -> None:
    for line in table():
        key, kind, name, addresses, _ = line.split("\t")
        assert key.replace("-", "").isalnum()
        assert key.islower()
        assert kind in ("", "agency", "portal")
        assert name
        assert addresses == addresses.lower()
