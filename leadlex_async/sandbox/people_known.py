"""The people and companies that the sandbox's vendors know: all invented, always the same.

Known are twelve companies with six people each, which the prospector finds, and ``example.com``. At a known domain
every address belongs to somebody, named after it. Any other domain is unknown: ``nobody.example``, for instance.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from attrs import frozen

from .people import names

if TYPE_CHECKING:
    from .records import Record

_FIRMS = (
    ("Alder Legal", "Legal Services", "11-50", "Berlin, Germany", "Seed", 2e6, 4e6, 2016),
    ("Birch & Vale", "Legal Services", "51-200", "New York, NY, United States", "Private", 0.0, 3e7, 1988),
    ("Cedar Chambers", "Legal Services", "201-500", "London, United Kingdom", "Private", 0.0, 9e7, 1974),
    ("Dogwood Software", "Technology", "51-200", "San Francisco, CA, United States", "Series A", 1.2e7, 9e6, 2019),
    ("Elm Analytics", "Technology", "201-500", "Munich, Germany", "Series B", 4e7, 3.5e7, 2014),
    ("Fir Robotics", "Technology", "1001-5000", "Paris, France", "Series C", 1.5e8, 2e8, 2009),
    ("Ginkgo Capital", "Financial Services", "11-50", "Zurich, Switzerland", "Private", 0.0, 2.5e7, 2005),
    ("Hazel Bank", "Financial Services", "1001-5000", "Frankfurt, Germany", "Public", 5e8, 9e8, 1921),
    ("Ivy Therapeutics", "Life Sciences", "51-200", "Boston, MA, United States", "Series B", 6e7, 5e6, 2017),
    ("Juniper Devices", "Life Sciences", "501-1000", "Vienna, Austria", "Series C", 9e7, 1.1e8, 2002),
    ("Kauri Manufacturing", "Manufacturing", "1001-5000", "Chicago, IL, United States", "Public", 2e8, 6e8, 1956),
    ("Linden Media", "Media", "1-10", "Amsterdam, Netherlands", "Seed", 1e6, 8e5, 2022),
)
_POSTS = (
    ("CEO", "Chief Executive Officer", "c_suite", "executive"),
    ("General Counsel", "General Counsel", "c_suite", "legal"),
    ("Head of Legal", "Head of Legal", "director", "legal"),
    ("VP Sales", "Vice President Sales", "vp", "sales"),
    ("Engineering Manager", "Engineering Manager", "manager", "engineering"),
    ("Marketing Director", "Director of Marketing", "director", "marketing"),
)
# Nine and eight have no common divisor, so that no two of the 72 people have the same name.
_FIRST = ("Ada", "Bela", "Clara", "Dario", "Edda", "Finn", "Greta", "Hugo", "Ines")
_LAST = ("Arnaud", "Brandt", "Castell", "Dorn", "Ekberg", "Falk", "Gruber", "Holm")


@frozen(kw_only=True)
class Firm:
    """A company that is known; ``funding`` and ``revenue`` are sums."""

    id: str
    name: str
    domain: str
    industry: str
    size: str
    hq_location: str
    funding_stage: str
    funding: float
    revenue: float
    founded_year: int

    def portrait(self) -> Record:
        """What enrichment tells of it."""
        return {
            "name": self.name,
            "domain": self.domain,
            "industry": self.industry,
            "size": self.size,
            "founded_year": self.founded_year,
            "description": f"{self.name} is a company in {self.industry}, based in {self.hq_location}.",
            "hq_location": self.hq_location,
            "logo_url": f"https://{self.domain}/logo.png",
            "linkedin_url": f"https://linkedin.com/company/sandbox-{self.domain.partition('.')[0]}",
            "tech_stack": ["Postgres", "Python"],
        }


_EXAMPLE = Firm(
    id="20099",
    name="Example",
    domain="example.com",
    industry="Technology",
    size="201-500",
    hq_location="New York, NY, United States",
    funding_stage="Private",
    funding=0.0,
    revenue=5e7,
    founded_year=1995,
)


@frozen(kw_only=True)
class Person:
    """Somebody who is known, at ``firm``; not everybody can be reached in both ways."""

    first_name: str
    last_name: str
    full_name: str
    job_title: str
    job_title_in_full: str
    seniority: str
    department: str
    email: str | None
    phone: str | None
    firm: Firm
    source: str = "vendor_a"
    confidence: float = 0.93
    member_id: str = ""
    document_id: str = ""

    @property
    def location(self) -> str:
        """Where the person works: at the company's seat."""
        return self.firm.hq_location

    @property
    def linkedin_url(self) -> str:
        """An address made up of the name; nobody real is meant."""
        return f"https://linkedin.com/in/sandbox-{self.full_name.lower().replace(' ', '-')}"

    def profile(self) -> Record:
        """What enrichment tells of the person alone."""
        return {
            "full_name": self.full_name,
            "first_name": self.first_name,
            "last_name": self.last_name,
            "job_title": self.job_title,
            "seniority": self.seniority,
            "location": self.location,
            "linkedin_url": self.linkedin_url,
        }


def _firm(number: int, row: tuple[str, str, str, str, str, float, float, int]) -> Firm:
    name, industry, size, seat, stage, funding, revenue, founded = row
    return Firm(
        id=str(20_001 + number),
        name=name,
        domain=f"{name.lower().replace(' & ', '-').replace(' ', '-')}.example",
        industry=industry,
        size=size,
        hq_location=seat,
        funding_stage=stage,
        funding=funding,
        revenue=revenue,
        founded_year=founded,
    )


def _person(number: int, firm: Firm, post: tuple[str, str, str, str]) -> Person:
    first, last = _FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)]
    title, in_full, seniority, department = post
    return Person(
        first_name=first,
        last_name=last,
        full_name=f"{first} {last}",
        job_title=title,
        job_title_in_full=in_full,
        seniority=seniority,
        department=department,
        email=f"{first}.{last}@{firm.domain}".lower() if (number + 1) % 5 else None,
        phone=f"+1-555-01{number:02}" if (number + 1) % 3 else None,
        firm=firm,
        member_id=str(10_001 + number),
        document_id=str(30_001 + number),
    )


@cache
def firms() -> dict[str, Firm]:
    """The known companies by domain."""
    found = [_firm(number, row) for number, row in enumerate(_FIRMS)]
    return {firm.domain: firm for firm in found} | {_EXAMPLE.domain: _EXAMPLE}


@cache
def people() -> dict[str, Person]:
    """The people of the prospector by member id."""
    pairs = [(firm, post) for firm in firms().values() if firm is not _EXAMPLE for post in _POSTS]
    found = [_person(number, firm, post) for number, (firm, post) in enumerate(pairs)]
    return {person.member_id: person for person in found}


def firm_at(domain: str) -> Firm | None:
    """The company of a domain, whatever the case, with or without ``www.``."""
    return firms().get(domain.strip().lower().removeprefix("www."))


def person_at(email: str) -> Person | None:
    """Who is behind an address at a known domain: a prospect, or somebody named after it."""
    address = email.strip().lower()
    prospect = next((each for each in people().values() if each.email == address), None)
    firm = firm_at(address.rpartition("@")[2])
    return prospect or (None if firm is None else _named_after(address, firm))


def person_linked(linkedin_url: str) -> Person | None:
    """The prospect of a LinkedIn address."""
    return next((each for each in people().values() if each.linkedin_url == linkedin_url.rstrip("/")), None)


def _named_after(address: str, firm: Firm) -> Person | None:
    first, last, full = names(None, None, None, address)
    if not full:
        return None
    title, in_full, seniority, department = _POSTS[1]
    return Person(
        first_name=first,
        last_name=last,
        full_name=full,
        job_title=title,
        job_title_in_full=in_full,
        seniority=seniority,
        department=department,
        email=address,
        phone="+1-555-0199",
        firm=firm,
        source="vendor_b",
        confidence=0.81,
    )
