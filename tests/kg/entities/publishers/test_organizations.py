"""The descriptions of publishers once all months are known: names, other names, homes, and former keys."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.entities.publishers import organizations, publishers
from kg.entities.publishers.organizations import DescribedOrganization, Printed
from kg.rdf.iri import slug

KNOWN = publishers.load()
KEYS = st.sampled_from(["bbc", "ap", "the-times", "google-news", "port.example", "other.example", "192.0.2.7"])
LABELS = st.one_of(st.text(max_size=12), st.sampled_from(["", "BBC", "AP", "Port Herald", "Times", "1", "Port"]))
PRINTED = st.dictionaries(st.tuples(KEYS, LABELS), st.integers(1, 5), max_size=12)


def described(printed: Printed) -> dict[str, DescribedOrganization]:
    return {one.key: one for one in organizations.describe(printed, KNOWN)}


def test_the_name_that_is_printed_most_is_the_label_of_a_domain() -> None:
    printed = {("herald.example", "Port Herald"): 3, ("herald.example", "PORT HERALD"): 1, ("herald.example", "1"): 9}
    assert described(printed) == {
        "herald.example": DescribedOrganization(
            "herald.example", "Port Herald", ("PORT HERALD",), "http://herald.example/"
        )
    }


def test_a_domain_without_a_name_is_called_by_itself() -> None:
    printed = {("herald.example", label): 1 for label in ("", "1", "video", "5 May 2003", "Ferry runs aground")}
    assert described(printed)["herald.example"].name == "herald.example"
    assert described(printed)["herald.example"].other_names == ()


def test_a_reviewed_organisation_has_its_reviewed_name_and_the_printed_ones() -> None:
    found = described({("bbc", "BBC News"): 5, ("bbc", "BBC"): 9, ("bbc", "2"): 1, ("bbc", "Hunting with dogs"): 1})
    assert found["bbc"] == DescribedOrganization("bbc", "BBC", ("BBC News",), "https://bbc.co.uk/")


def test_the_name_of_an_organisation_belongs_to_no_other() -> None:
    found = described({("bbc", "Reuters"): 5, ("herald.example", "BBC"): 2, ("bbc", "BBC"): 1})
    assert found["bbc"].other_names == ()
    assert found["herald.example"].name == "herald.example"


def test_a_label_belongs_to_the_publisher_that_prints_it_most() -> None:
    printed = {("azure.example", "Port Herald"): 1, ("herald.example", "Port Herald"): 5, ("azure.example", "Azure"): 1}
    assert described(printed)["azure.example"].other_names == ()


def test_in_ap_via_a_newspaper_each_keeps_its_own_name() -> None:
    found = described({("herald.example", "AP via Port Herald"): 2, ("herald.example", "AFP/Port Herald"): 1})
    assert {one.key: (one.name, one.other_names) for one in found.values()} == {
        "ap": ("Associated Press", ("AP",)),
        "afp": ("Agence France-Presse", ("AFP",)),
        "herald.example": ("Port Herald", ()),
    }


def test_a_small_paper_keeps_the_name_that_it_shares_with_a_large_one() -> None:
    assert described({("dailymirror.lk", "Daily Mirror"): 2})["dailymirror.lk"].name == "Daily Mirror"


def test_hosts_that_are_not_domains_have_no_home_page() -> None:
    found = described({("192.0.2.7", "Port Herald"): 1, ("localhost", ""): 1})
    assert {one.home for one in found.values()} == {None}


def test_a_former_key_leads_to_the_organisation_with_most_sources_of_its_label() -> None:
    printed = {("azure.example", "Port Herald"): 2, ("herald.example", "Port  herald"): 3, ("herald.example", "1"): 1}
    assert organizations.aliases(printed, KNOWN) == {"port-herald": "herald.example", "1": "herald.example"}


def test_a_former_key_of_an_agencys_name_leads_to_the_agency() -> None:
    printed = {("herald.example", "Associated Press"): 3, ("herald.example", "AP via Port Herald"): 1}
    found = organizations.aliases(printed, KNOWN)
    assert found == {"associated-press": "ap", "ap-via-port-herald": "herald.example"}


def test_the_key_of_an_organisation_is_not_a_former_one_even_if_others_print_it() -> None:
    printed = {("herald.example", "The Sun"): 3}
    assert organizations.aliases(printed, KNOWN) == {}
    assert described(printed)["the-sun"].name == "The Sun"


@given(PRINTED)
def test_every_former_key_leads_to_one_organisation_that_is_described(printed: Printed) -> None:
    found = described(printed)
    former = organizations.aliases(printed, KNOWN)
    assert set(former.values()) <= found.keys()
    assert not former.keys() & found.keys()
    assert {key for key, _ in printed} <= found.keys()
    assert len({slug(label) for _, label in printed if label}) <= len(former.keys() | found.keys())
    for one in found.values():
        assert one.name
        assert one.name not in one.other_names
        assert not {"1", ""} & {one.name, *one.other_names}


@given(PRINTED)
def test_the_order_in_which_months_are_counted_changes_nothing(printed: Printed) -> None:
    turned = dict(reversed(printed.items()))
    assert described(printed) == described(turned)
    assert organizations.aliases(printed, KNOWN) == organizations.aliases(turned, KNOWN)
