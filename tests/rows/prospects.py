"""Rows of ``leadlex.prospects``."""

from __future__ import annotations

from ._row import META, Row, collect
from .prospector import PAGE

SAVED = {
    "id": "c-1",
    "full_name": "Ann Lee",
    "email": "ann@lee.example",
    "job_title": "Counsel",
    "company_name": "Lee AG",
}
TO_SAVE = {
    "name": "Ann Lee",
    "email": "ann@lee.example",
    "title": "Counsel",
    "company_name": "Lee AG",
    "linkedin_url": "https://linkedin.com/in/ann",
}

ROWS = [
    Row(
        "prospects.search",
        lambda api: api.prospects.search(
            page=2, titles=["Counsel"], location=["Basel"], industry=["Law"], headcount=["11-50"], query="Head of Law"
        ),
        "POST /v1/prospects/search",
        PAGE,
        body={
            "titles": ["Counsel"],
            "location": ["Basel"],
            "industry": ["Law"],
            "headcount": ["11-50"],
            "query": "Head of Law",
            "page": 2,
        },
        envelope="results",
        meta=META,
    ),
    Row(
        "prospects.iter_search",
        lambda api: collect(api.prospects.iter_search(jobTitles=["Counsel"], domains=["lee.example"], limit=1)),
        "POST /v1/prospects/search",
        PAGE,
        body={"jobTitles": ["Counsel"], "domains": ["lee.example"], "page": 1},
        envelope="results",
    ),
    Row(
        "prospects.save",
        lambda api: api.prospects.save(
            [
                {
                    "name": "Ann Lee",
                    "email": "ann@lee.example",
                    "title": "Counsel",
                    "company_name": "Lee AG",
                    "linkedin_url": "https://linkedin.com/in/ann",
                },
                {"name": "Bo"},
            ],
            list_id="l-1",
        ),
        "POST /v1/prospects/save",
        {"created": 2, "contacts": [SAVED, {"id": "c-2", "full_name": "Bo", "email": None}]},
        body={"prospects": [TO_SAVE, {"name": "Bo"}], "list_id": "l-1"},
    ),
    Row(
        "prospects.save on no list",
        lambda api: api.prospects.save(({"name": "Bo"},)),
        "POST /v1/prospects/save",
        {"created": 0, "contacts": list[object]()},
        body={"prospects": [{"name": "Bo"}]},
    ),
]
