"""Rows of ``leadlex.enrich``."""

from __future__ import annotations

from ._row import Row

PERSON = {
    "full_name": "Ann Lee",
    "first_name": "Ann",
    "last_name": "Lee",
    "job_title": "Counsel",
    "seniority": "director",
    "location": "Basel, CH",
    "linkedin_url": "https://linkedin.com/in/ann",
}
COMPANY = {
    "name": "Lee AG",
    "domain": "lee.example",
    "industry": "Law",
    "size": "11-50",
    "founded_year": 1998,
    "description": "Lawyers",
    "hq_location": "Basel, CH",
    "linkedin_url": "https://linkedin.com/company/lee",
}
STORED_COMPANY = COMPANY | {"id": "co-1", "logo_url": "https://lee.example/l.png", "tech_stack": ["Python", "SAP"]}
CONTACT = PERSON | {"id": "c-1", "email": "ann@lee.example", "company_name": "Lee AG", "phone": "+41 61 000"}
FOUND = {"source": "vendor_b", "confidence": 0.75, "credits_remaining": 42}
CARD = {
    "full_name": "Ann Lee",
    "first_name": "Ann",
    "last_name": "Lee",
    "job_title": "Counsel",
    "company_name": "Lee AG",
    "email": "ann@lee.example",
    "phone": "+41 61 000",
    "mobile": "+41 79 000",
    "website": "https://lee.example",
    "address": "Rheinweg 1, Basel",
}

ROWS = [
    Row(
        "enrich.contact",
        lambda api: api.enrich.contact("c-1", fields=["phone", "seniority"], overwrite=True),
        "POST /v1/enrich/contact",
        {"contact": CONTACT, "fields_updated": ["phone", "seniority"], **FOUND},
        body={"contact_id": "c-1", "fields": ["phone", "seniority"], "overwrite": True},
        idempotent=True,
    ),
    Row(
        "enrich.company",
        lambda api: api.enrich.company(domain="lee.example", fields=["logo_url", "tech_stack"], overwrite=False),
        "POST /v1/enrich/company",
        {"company": STORED_COMPANY, "fields_updated": ["logo_url"], **FOUND},
        body={"domain": "lee.example", "fields": ["logo_url", "tech_stack"], "overwrite": False},
        idempotent=True,
    ),
    Row(
        "enrich.company of the CRM",
        lambda api: api.enrich.company(company_id="co-1"),
        "POST /v1/enrich/company",
        {"company": {"id": "co-1", "name": "Lee AG"}, "fields_updated": list[object](), **FOUND},
        body={"company_id": "co-1"},
        idempotent=True,
    ),
    Row(
        "enrich.email",
        lambda api: api.enrich.email("ann@lee.example", include=["person", "company", "social"], verify=True),
        "POST /v1/enrich/email",
        {
            "person": PERSON,
            "company": COMPANY,
            "social": {"github": "ann", "others": ["x"]},
            "deliverable": "risky",
            **FOUND,
        },
        body={"email": "ann@lee.example", "include": ["person", "company", "social"], "verify": True},
        idempotent=True,
    ),
    Row(
        "enrich.business_card",
        lambda api: api.enrich.business_card(image_base64="aGk=", language="de", create_contact=True),
        "POST /v1/scan/business-card",
        {
            "fields": CARD,
            "contact_id": "c-1",
            "confidence": 0.5,
            "raw_text": "Ann Lee\nLee AG",
            "credits_remaining": 41,
        },
        body={"image_base64": "aGk=", "language": "de", "create_contact": True},
        idempotent=True,
    ),
    Row(
        "enrich.business_card at an address",
        lambda api: api.enrich.business_card(image_url="https://lee.example/card.jpg"),
        "POST /v1/scan/business-card",
        {
            "fields": CARD | {"mobile": None},
            "contact_id": None,
            "confidence": 1,
            "raw_text": "",
            "credits_remaining": 0,
        },
        body={"image_url": "https://lee.example/card.jpg"},
        idempotent=True,
    ),
]
