"""Rows of ``leadlex.prospector``."""

from __future__ import annotations

from ._row import META, Row, collect

FOUND = {
    "full_name": "Ann Lee",
    "first_name": "Ann",
    "last_name": "Lee",
    "job_title": "Counsel",
    "linkedin_url": "https://linkedin.com/in/ann",
    "location": "Basel, CH",
    "email_available": True,
    "phone_available": True,
    "company": "Lee AG",
    "company_domain": "lee.example",
    "company_size": "11-50",
    "company_industry": "Law",
    "member_id": "m-1",
    "company_id": "pc-1",
}
PAGE = {"results": [FOUND], "pagination": META | {"total_pages": 3}}
WIDE = {
    "titles": ["Counsel"],
    "seniority": ["director"],
    "departments": ["legal"],
    "name": "Ann",
    "company_name": "Lee",
    "companies": ["Lee AG"],
    "domains": ["lee.example"],
    "industry": ["Law"],
    "keywords": ["rent"],
    "headcount": ["11-50"],
    "location": ["Basel"],
    "hq_location": ["Bern"],
    "funding_stage": ["seed"],
    "min_funding": 1,
    "max_funding": 2.5,
    "min_revenue": 3,
    "max_revenue": 4,
}
REVEALED = {
    "member_id": "m-1",
    "company_id": "pc-1",
    "document_id": "pd-1",
    "full_name": "Ann Lee",
    "email": "ann@lee.example",
    "email_verified": True,
    "phone": "+41 61 000",
    "linkedin_url": "https://linkedin.com/in/ann",
    "job_title": "Counsel",
    "company": "Lee AG",
}
ROW = {key: REVEALED[key] for key in ("member_id", "email", "email_verified", "phone", "full_name")}

ROWS = [
    Row(
        "prospector.search",
        lambda api: api.prospector.search(
            page=2,
            titles=["Counsel"],
            seniority=["director"],
            departments=("legal",),
            name="Ann",
            company_name="Lee",
            companies=["Lee AG"],
            domains=["lee.example"],
            industry=["Law"],
            keywords=["rent"],
            headcount=["11-50"],
            location=["Basel"],
            hq_location=["Bern"],
            funding_stage=["seed"],
            min_funding=1,
            max_funding=2.5,
            min_revenue=3,
            max_revenue=4,
        ),
        "POST /v1/prospector/search",
        PAGE,
        body=WIDE | {"page": 2},
        envelope="results",
        meta=META,
    ),
    Row(
        "prospector.iter_search",
        lambda api: collect(api.prospector.iter_search(titles=["Counsel"], min_revenue=0, limit=1)),
        "POST /v1/prospector/search",
        PAGE,
        body={"titles": ["Counsel"], "min_revenue": 0, "page": 1},
        envelope="results",
    ),
    Row(
        "prospector.reveal",
        lambda api: api.prospector.reveal(member_id="m-1", company_id="pc-1"),
        "POST /v1/prospector/reveal",
        REVEALED,
        body={"member_id": "m-1", "company_id": "pc-1"},
    ),
    Row(
        "prospector.reveal of a document",
        lambda api: api.prospector.reveal(document_id="pd-1"),
        "POST /v1/prospector/reveal",
        {"member_id": None, "document_id": "pd-1", "email": None, "email_verified": None},
        body={"document_id": "pd-1"},
    ),
    Row(
        "prospector.reveal_many",
        lambda api: api.prospector.reveal_many([{"member_id": "m-1", "company_id": "pc-1"}, {"member_id": "m-2"}]),
        "POST /v1/prospector/reveal/bulk",
        {
            "results": [ROW | {"status": "success"}, {"member_id": "m-2", "status": "failed", "error": "HTTP 404"}],
            "summary": {"total": 2, "succeeded": 1, "failed": 1},
        },
        body={"prospects": [{"member_id": "m-1", "company_id": "pc-1"}, {"member_id": "m-2"}]},
    ),
]
