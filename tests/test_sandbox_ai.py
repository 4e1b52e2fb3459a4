"""The sandbox's prospector, enrichment and AI analysis, over a real socket."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Unpack

import aiohttp
import pytest

from leadlex_async import LeadLex
from leadlex_async.errors import (
    Conflict,
    InsufficientCredits,
    NotFound,
    PayloadTooLarge,
    PermissionDenied,
    ValidationError,
)
from leadlex_async.models.prospects import RevealedProspect
from leadlex_async.sandbox.people_known import firm_at, people

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from leadlex_async.models.prospects import Prospect
    from leadlex_async.resources.ai import DuplicateScope
    from leadlex_async.resources.contacts import ContactRow
    from leadlex_async.resources.deals import NewDeal
    from leadlex_async.resources.prospector import ProspectFilters
    from leadlex_async.sandbox import Sandbox

CARD = "https://example.com/cards/jane.jpg"


async def refused(sandbox: Sandbox, path: str, body: object) -> tuple[int, str]:
    """Status and code of the refusal of a request that the client would not send."""
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    async with aiohttp.ClientSession() as session, session.post(sandbox.url + path, json=body, headers=headers) as got:
        return got.status, (await got.json())["error"]["code"]


async def answered(sandbox: Sandbox, path: str, body: object) -> dict[str, object]:
    """The ``data`` of an answer as it is sent."""
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    async with aiohttp.ClientSession() as session, session.post(sandbox.url + path, json=body, headers=headers) as got:
        payload: dict[str, object] = (await got.json())["data"]
        return payload


class TestProspector:
    """Prospects: search, reveal, save."""

    @pytest.mark.parametrize(
        ("filters", "total"),
        [
            ({"titles": ["general counsel", "Head of Legal"]}, 24),
            ({"titles": ["Chief Executive Officer"]}, 12),
            ({"seniority": ["c_suite"]}, 24),
            ({"departments": ["sales", "Marketing"]}, 24),
            ({"name": "ada arnaud"}, 1),
            ({"company_name": "elm"}, 6),
            ({"companies": ["Elm Analytics", "Hazel Bank"]}, 12),
            ({"domains": ["fir-robotics.example"]}, 6),
            ({"industry": ["Legal Services"]}, 18),
            ({"keywords": ["robotics"]}, 6),
            ({"headcount": ["51-200"]}, 18),
            ({"location": ["United States"]}, 24),
            ({"hq_location": ["Germany"]}, 18),
            ({"funding_stage": ["series b"]}, 12),
            ({"min_funding": 1e8}, 18),
            ({"max_funding": 1}, 18),
            ({"min_revenue": 1e8, "max_revenue": 3e8}, 12),
            ({"titles": ["CEO"], "location": ["Germany"], "headcount": ["201-500"]}, 1),
            ({"name": "Nobody"}, 0),
        ],
    )
    async def test_each_filter(self, leadlex: LeadLex, filters: ProspectFilters, total: int) -> None:
        """Texts match in part, words as a whole, sums between their bounds; all filters must hold."""
        assert (await leadlex.prospector.search(**filters)).total == total

    async def test_pages(self, leadlex: LeadLex) -> None:
        """Pages of 25, of which the last may be shorter and those after it empty."""
        sizes = [len(await leadlex.prospector.search(page=page, location=["e"])) for page in (1, 2, 3, 4)]
        page = await leadlex.prospector.search(page=3, location=["e"])
        assert sizes == [25, 25, 22, 0]
        assert (page.page, page.per_page, page.total, page.total_pages) == (3, 25, 72, 3)
        walked = [row.member_id async for row in leadlex.prospector.iter_search(location=["e"])]
        assert len(set(walked)) == 72

    async def test_a_row_has_every_field(self, sandbox: Sandbox) -> None:
        """Rows and paging lie beside each other, all documented fields filled."""
        found = await answered(sandbox, "/v1/prospector/search", {"name": "Ada Arnaud"})
        assert found == {
            "results": [
                {
                    "full_name": "Ada Arnaud",
                    "first_name": "Ada",
                    "last_name": "Arnaud",
                    "job_title": "CEO",
                    "linkedin_url": "https://linkedin.com/in/sandbox-ada-arnaud",
                    "location": "Berlin, Germany",
                    "email_available": True,
                    "phone_available": True,
                    "company": "Alder Legal",
                    "company_domain": "alder-legal.example",
                    "company_size": "11-50",
                    "company_industry": "Legal Services",
                    "member_id": "10001",
                    "company_id": "20001",
                }
            ],
            "pagination": {"page": 1, "per_page": 25, "total": 1, "total_pages": 1},
        }

    @pytest.mark.parametrize("path", ["/v1/prospector/search", "/v1/prospects/search"])
    @pytest.mark.parametrize("body", [{}, {"titles": []}, {"name": "A", "page": 0}, {"name": ["A"]}])
    async def test_search_refuses(self, sandbox: Sandbox, path: str, body: object) -> None:
        """A search needs a filter, and a page from 1 on."""
        assert await refused(sandbox, path, body) == (400, "validation_error")

    async def test_the_older_search(self, leadlex: LeadLex) -> None:
        """``query`` and ``jobTitles`` are titles, and the newer filters work as well."""
        by_query = await leadlex.prospects.search(query="general counsel")
        by_title = await leadlex.prospects.search(jobTitles=["General Counsel"])
        newer = await leadlex.prospector.search(titles=["General Counsel"])
        assert by_query.items == by_title.items == newer.items
        assert (await leadlex.prospects.search(query="CEO", titles=["VP"], location=["France"])).total == 2

    async def test_reveal(self, leadlex: LeadLex) -> None:
        """A member and a document lead to the same person, and cost nothing."""
        person = await leadlex.prospector.reveal(member_id="10001", company_id="20001")
        assert person == RevealedProspect(
            member_id="10001",
            company_id="20001",
            document_id="30001",
            full_name="Ada Arnaud",
            email="ada.arnaud@alder-legal.example",
            email_verified=True,
            phone="+1-555-0100",
            linkedin_url="https://linkedin.com/in/sandbox-ada-arnaud",
            job_title="CEO",
            company="Alder Legal",
        )
        assert await leadlex.prospector.reveal(document_id="30001") == person

    async def test_reveal_finds_what_is_available(self, leadlex: LeadLex) -> None:
        """The search tells beforehand who has an e-mail address and a phone."""
        rows: list[Prospect] = [row async for row in leadlex.prospector.iter_search(location=["e"])]
        people = [await leadlex.prospector.reveal(member_id=row.member_id) for row in rows[:15]]
        assert [row.email_available for row in rows[:15]] == [person.email is not None for person in people]
        assert [row.phone_available for row in rows[:15]] == [person.phone is not None for person in people]
        assert not all(person.email and person.phone for person in people)

    async def test_reveal_nobody(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """An unknown id is not found, none at all is refused."""
        with pytest.raises(NotFound) as caught:
            await leadlex.prospector.reveal(member_id="1")
        assert caught.value.code == "not_found"
        assert await refused(sandbox, "/v1/prospector/reveal", {"company_id": "1"}) == (400, "validation_error")

    async def test_reveal_many(self, sandbox: Sandbox) -> None:
        """Each row tells whether it worked."""
        body = {"prospects": [{"member_id": "10001", "company_id": "20001"}, {"member_id": "11111"}]}
        assert await answered(sandbox, "/v1/prospector/reveal/bulk", body) == {
            "results": [
                {
                    "member_id": "10001",
                    "email": "ada.arnaud@alder-legal.example",
                    "email_verified": True,
                    "phone": "+1-555-0100",
                    "full_name": "Ada Arnaud",
                    "status": "success",
                },
                {"member_id": "11111", "status": "failed", "error": "HTTP 404"},
            ],
            "summary": {"total": 2, "succeeded": 1, "failed": 1},
        }

    @pytest.mark.parametrize("count", [0, 26])
    async def test_reveal_many_takes_25(self, sandbox: Sandbox, count: int) -> None:
        """One to 25 rows."""
        body = {"prospects": [{"member_id": "1"}] * count}
        assert await refused(sandbox, "/v1/prospector/reveal/bulk", body) == (400, "validation_error")

    async def test_save(self, leadlex: LeadLex) -> None:
        """Prospects become contacts of a list, each e-mail address once."""
        await leadlex.contacts.create(full_name="Known", email="Known@example.com")
        group = await leadlex.lists.create(name="Prospects")
        row = {"title": "CEO", "company_name": "Acme", "linkedin_url": "https://linkedin.com/in/sandbox-new"}
        rows = [
            {"name": "New One", "email": "new@example.com", **row},
            {"name": "New Again", "email": "NEW@example.com"},
            {"name": "Known Too", "email": "known@example.com"},
            {"name": "No Address"},
        ]
        saved = await leadlex.prospects.save(rows, list_id=group.id)  # type: ignore[arg-type]  # plain dicts
        assert saved.created == 2
        assert [(each.full_name, each.email, each.job_title, each.company) for each in saved.contacts] == [
            ("New One", "new@example.com", "CEO", "Acme"),
            ("No Address", None, None, None),
        ]
        listed = await leadlex.contacts.list(list_id=group.id)
        assert {each.id for each in listed} == {each.id for each in saved.contacts}
        assert (await leadlex.contacts.get(saved.contacts[0].id)).linkedin_url == row["linkedin_url"]

    async def test_save_without_a_list(self, leadlex: LeadLex) -> None:
        """What a search found is saved as it is; names are taken apart."""
        found = (await leadlex.prospector.search(name="Ada Arnaud")).items[0]
        saved = await leadlex.prospects.save([{"name": found.full_name or "", "title": found.job_title or ""}])
        contact = await leadlex.contacts.get(saved.contacts[0].id)
        assert (contact.first_name, contact.last_name, contact.job_title) == ("Ada", "Arnaud", "CEO")

    async def test_save_to_no_list(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """An unknown list saves nobody."""
        with pytest.raises(NotFound) as caught:
            await leadlex.prospects.save([{"name": "New"}], list_id="nowhere")
        assert (caught.value.code, len(sandbox.store.contacts)) == ("not_found", 0)

    @pytest.mark.parametrize(
        "rows", [[], [{"name": "Good"}, {"email": "a@example.com"}], [{"name": "Good"}, {"name": " "}]]
    )
    async def test_save_refuses(self, sandbox: Sandbox, leadlex: LeadLex, rows: list[dict[str, str]]) -> None:
        """Each row needs a name; one bad row saves nobody."""
        with pytest.raises(ValidationError) as caught:
            await leadlex.prospects.save(rows)  # type: ignore[arg-type]  # wrong on purpose
        assert (caught.value.code, len(sandbox.store.contacts)) == ("validation_error", 0)


class TestEnrichment:
    """Contacts, companies, addresses, cards."""

    async def test_contact_is_filled(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """What is empty is filled, what is there stays, and one credit is taken."""
        row = await leadlex.contacts.create(
            full_name="Ada Arnaud", email="ada.arnaud@alder-legal.example", job_title="Founder"
        )
        done = await leadlex.enrich.contact(row.id)
        assert done.contact is not None
        assert (done.contact.job_title, done.contact.company, done.contact.phone) == (
            "Founder",
            "Alder Legal",
            "+1-555-0100",
        )
        assert (done.contact.location, done.contact.seniority) == ("Berlin, Germany", "c_suite")
        assert done.fields_updated == ("company_name", "linkedin_url", "phone", "location", "seniority")
        assert (done.source, done.confidence, done.credits_remaining) == ("vendor_a", 0.93, 4999)
        assert (await leadlex.contacts.get(row.id)).company == "Alder Legal"
        assert (await leadlex.enrich.contact(row.id)).fields_updated == ()
        assert sandbox.credits == 4998

    async def test_contact_is_overwritten(self, leadlex: LeadLex) -> None:
        """``overwrite`` lets the vendor's value win, ``fields`` says where."""
        row = await leadlex.contacts.create(full_name="Jane", email="jane@example.com", job_title="Founder")
        done = await leadlex.enrich.contact(row.id, fields=["job_title", "favourite_colour"], overwrite=True)
        assert done.contact is not None
        assert (done.fields_updated, done.contact.job_title) == (("job_title",), "General Counsel")
        assert (done.contact.phone, done.source) == (None, "vendor_b")

    async def test_contact_by_its_profile(self, leadlex: LeadLex) -> None:
        """Without an address the LinkedIn address of a prospect tells who it is."""
        found = (await leadlex.prospector.search(name="Ada Arnaud")).items[0]
        row = await leadlex.contacts.create(full_name="A. A.", linkedin_url=found.linkedin_url or "")
        assert (await leadlex.enrich.contact(row.id, fields=["company_name"])).fields_updated == ("company_name",)

    async def test_contact_misses(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """An unknown contact is not found, one nobody knows no match: both are free."""
        row = await leadlex.contacts.create(email="who@nobody.example")
        with pytest.raises(Conflict) as missed:
            await leadlex.enrich.contact(row.id)
        with pytest.raises(NotFound) as unknown:
            await leadlex.enrich.contact("nobody")
        assert (missed.value.code, unknown.value.code, sandbox.credits) == ("no_match", "not_found", 5000)
        assert await refused(sandbox, "/v1/enrich/contact", {}) == (400, "validation_error")

    async def test_company_by_domain(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """A company is made for a domain, once."""
        made = await leadlex.enrich.company(domain="elm-analytics.example")
        again = await leadlex.enrich.company(domain="ELM-analytics.example")
        assert made.company is not None
        assert again.company is not None
        assert made.company.id == again.company.id
        assert (made.company.name, made.company.size, made.company.founded_year) == ("Elm Analytics", "201-500", 2014)
        assert (made.company.hq_location, made.company.tech_stack) == ("Munich, Germany", ("Postgres", "Python"))
        assert set(made.fields_updated) == {
            *("industry", "size", "founded_year", "description", "hq_location", "logo_url", "linkedin_url"),
            "tech_stack",
        }
        assert (again.fields_updated, len(sandbox.store.companies), sandbox.credits) == ((), 1, 4998)

    async def test_company_by_id(self, leadlex: LeadLex) -> None:
        """A company is known by its domain or its website."""
        row = await leadlex.companies.create(name="Elm", website="https://www.elm-analytics.example/about")
        done = await leadlex.enrich.company(company_id=row.id, fields=["name", "industry"])
        assert done.company is not None
        assert (done.fields_updated, done.company.name, done.company.size) == (("industry",), "Elm", None)
        over = await leadlex.enrich.company(company_id=row.id, fields=["name"], overwrite=True)
        assert over.company is not None
        assert (over.fields_updated, over.company.name) == (("name",), "Elm Analytics")
        assert (await leadlex.enrich.company(domain="elm-analytics.example")).company == (
            await leadlex.enrich.company(company_id=row.id)
        ).company

    async def test_company_misses(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """An unknown company is not found, an unknown domain no match: nothing is made, nothing is paid."""
        bare = await leadlex.companies.create(name="Bare")
        for each in ({"domain": "nobody.example"}, {"company_id": bare.id}):
            with pytest.raises(Conflict) as missed:
                await leadlex.enrich.company(**each)  # type: ignore[arg-type]  # one of two
            assert missed.value.code == "no_match"
        with pytest.raises(NotFound) as unknown:
            await leadlex.enrich.company(company_id="nowhere")
        assert (unknown.value.code, sandbox.credits, len(sandbox.store.companies)) == ("not_found", 5000, 1)
        assert await refused(sandbox, "/v1/enrich/company", {}) == (400, "validation_error")
        body = {"domain": "example.com", "fields": ["colour"]}
        assert await refused(sandbox, "/v1/enrich/company", body) == (400, "validation_error")

    async def test_email(self, sandbox: Sandbox) -> None:
        """All sections, and whether a mail would arrive; nothing is saved."""
        found = await answered(sandbox, "/v1/enrich/email", {"email": "Jane.Doe@example.com", "verify": True})
        assert found == {
            "person": {
                "full_name": "Jane Doe",
                "first_name": "Jane",
                "last_name": "Doe",
                "job_title": "General Counsel",
                "seniority": "c_suite",
                "location": "New York, NY, United States",
                "linkedin_url": "https://linkedin.com/in/sandbox-jane-doe",
            },
            "company": {
                "name": "Example",
                "domain": "example.com",
                "industry": "Technology",
                "size": "201-500",
                "founded_year": 1995,
                "description": "Example is a company in Technology, based in New York, NY, United States.",
                "hq_location": "New York, NY, United States",
                "linkedin_url": "https://linkedin.com/company/sandbox-example",
            },
            "social": {"linkedin": "https://linkedin.com/in/sandbox-jane-doe"},
            "deliverable": "risky",
            "source": "vendor_b",
            "confidence": 0.81,
            "credits_remaining": 4999,
        }
        assert len(sandbox.store.contacts) == len(sandbox.store.companies) == 0

    async def test_email_sections(self, leadlex: LeadLex) -> None:
        """Only the sections asked for, and no word on arrival unless asked."""
        found = await leadlex.enrich.email("ada.arnaud@alder-legal.example", include=["person"])
        assert found.person is not None
        assert (found.person.full_name, found.company, found.social, found.deliverable) == (
            "Ada Arnaud",
            None,
            {},
            None,
        )
        sure = await leadlex.enrich.email("ada.arnaud@alder-legal.example", include=["social"], verify=True)
        assert (sure.person, sure.deliverable) == (None, "deliverable")

    async def test_email_misses(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """An address at an unknown domain is no match, what is no address is refused: both are free."""
        for each in ("jane@nobody.example", "._@example.com"):
            with pytest.raises(Conflict) as missed:
                await leadlex.enrich.email(each)
            assert missed.value.code == "no_match"
        with pytest.raises(ValidationError) as wrong:
            await leadlex.enrich.email("jane")
        assert (wrong.value.code, sandbox.credits) == ("validation_error", 5000)
        assert await refused(sandbox, "/v1/enrich/email", {}) == (400, "validation_error")

    async def test_address_or_domain(self, leadlex: LeadLex) -> None:
        """The other lookup takes a domain too, at which there is no person."""
        by_email = await leadlex.email.enrich(email="jane@example.com")
        by_domain = await leadlex.email.enrich(domain="example.com")
        assert by_email.person is not None
        assert (by_email.person.first_name, by_email.credits_remaining) == ("Jane", 4999)
        assert (by_domain.person, by_domain.company, by_domain.source) == (None, by_email.company, "vendor_a")
        assert by_domain.social == {"linkedin": "https://linkedin.com/company/sandbox-example"}

    async def test_address_misses(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """Here a miss is not found, and free as well."""
        for each in (
            leadlex.email.enrich(email="jane@nobody.example"),
            leadlex.email.enrich(domain="nobody.example"),
            leadlex.email.enrich(domain="example.com", include=["person"]),
        ):
            with pytest.raises(NotFound) as missed:
                await each
            assert missed.value.code == "no_match"
        assert sandbox.credits == 5000
        for body in ({}, {"email": "jane"}, {"domain": "example.com", "include": ["pets"]}):
            assert await refused(sandbox, "/v1/email/enrich", body) == (400, "validation_error")

    async def test_card(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """The same image is always the same card; nobody is saved."""
        scan = await leadlex.enrich.business_card(image_url=CARD, language="de")
        again = await leadlex.enrich.business_card(image_url=CARD)
        assert scan.fields == again.fields
        assert scan.fields.full_name == f"{scan.fields.first_name} {scan.fields.last_name}"
        assert scan.fields.email in {person.email for person in people().values()}
        assert firm_at((scan.fields.website or "").removeprefix("https://")) is not None
        assert all([scan.fields.job_title, scan.fields.company, scan.fields.phone, scan.fields.address])
        assert (scan.fields.mobile, scan.contact_id, len(sandbox.store.contacts)) == (None, None, 0)
        assert (scan.raw_text or "").startswith(scan.fields.full_name or "?")
        assert (scan.credits_remaining, again.credits_remaining) == (4999, 4998)

    async def test_card_to_contact(self, leadlex: LeadLex) -> None:
        """A contact is made if asked for."""
        image = base64.encodebytes(b"an image of some length, which is broken into lines" * 4).decode()
        scan = await leadlex.enrich.business_card(image_base64=image, create_contact=True)
        contact = await leadlex.contacts.get(scan.contact_id or "")
        read = scan.fields
        assert (contact.full_name, contact.email, contact.phone) == (read.full_name, read.email, read.phone)
        assert (contact.job_title, contact.company) == (read.job_title, read.company)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"image_url": "http://example.com/card.jpg"},
            {"image_url": "https://"},
            {"image_url": "https://[broken"},
            {"image_base64": "no base64!"},
            {"image_base64": "é"},
            {"image_base64": " "},
        ],
    )
    async def test_card_refuses(self, sandbox: Sandbox, body: object) -> None:
        """One image is needed: at an https address, or in Base64."""
        assert await refused(sandbox, "/v1/scan/business-card", body) == (400, "validation_error")
        assert sandbox.credits == 5000

    async def test_card_too_large(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """An image holds at most 10 MB."""
        image = io.BytesIO(b'{"image_base64": "%s"}' % base64.b64encode(bytes(10 * 2**20 + 1)))
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        url = f"{sandbox.url}/v1/scan/business-card"
        async with aiohttp.ClientSession() as session, session.post(url, data=image, headers=headers) as got:
            assert (got.status, (await got.json())["error"]["code"]) == (413, "payload_too_large")
        most = base64.b64encode(bytes(10 * 2**20)).decode()
        assert (await leadlex.enrich.business_card(image_base64=most)).credits_remaining == 4999

    async def test_card_misses(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """What cannot be read is free."""
        with pytest.raises(Conflict) as missed:
            await leadlex.enrich.business_card(image_url="https://nobody.example/card.jpg", create_contact=True)
        assert (missed.value.code, sandbox.credits, len(sandbox.store.contacts)) == ("no_match", 5000, 0)


class TestNotes:
    """``ai.analyze_notes``."""

    async def noted(self, leadlex: LeadLex) -> str:
        """A contact with three notes."""
        contact = await leadlex.contacts.create(full_name="Jane Doe")
        await leadlex.contacts.create_note(contact.id, title="Intro", content="Met at a fair")
        await leadlex.contacts.create_note(
            contact.id, title="Mail", content="There are concerns about the fee\nand more"
        )
        await leadlex.contacts.create_note(contact.id, title="Call", content="Is interested in a retainer")
        return contact.id

    async def test_everything(self, leadlex: LeadLex) -> None:
        """All sections, from the notes there are, for two credits."""
        found = await leadlex.ai.analyze_notes(contact_id=await self.noted(leadlex))
        assert found.summary == "3 notes on Jane Doe. The latest: Call: Is interested in a retainer"
        assert found.key_points[0] == "Call: Is interested in a retainer"
        assert [(risk.description, risk.severity) for risk in found.risks] == [
            ("Mail: There are concerns about the fee", "medium")
        ]
        assert [each.description for each in found.opportunities] == ["Call: Is interested in a retainer"]
        assert found.sentiment is not None
        assert (found.sentiment.label, found.sentiment.score) == ("neutral", 0)
        assert found.timeline[0].event == "Intro: Met at a fair"
        assert (len(found.note_ids), found.credits_remaining) == (3, 4998)

    async def test_focus(self, leadlex: LeadLex) -> None:
        """What was not asked for is empty."""
        contact_id = await self.noted(leadlex)
        risks = await leadlex.ai.analyze_notes(contact_id=contact_id, focus="risks")
        summary = await leadlex.ai.analyze_notes(contact_id=contact_id, focus="summary")
        assert (risks.summary, risks.key_points, risks.sentiment, len(risks.risks)) == (None, (), None, 1)
        assert (bool(summary.summary), len(summary.key_points), summary.risks) == (True, 3, ())

    async def test_newest_notes(self, leadlex: LeadLex) -> None:
        """``max_notes`` leaves out the oldest."""
        found = await leadlex.ai.analyze_notes(contact_id=await self.noted(leadlex), max_notes=1)
        assert found.key_points == ("Call: Is interested in a retainer",)
        assert found.sentiment is not None
        assert (found.sentiment.label, found.sentiment.score) == ("positive", 1)

    async def test_deal(self, leadlex: LeadLex) -> None:
        """A deal has notes, too."""
        deal = await leadlex.deals.create(name="Series B", stage="Lead", pipeline="Sales")
        await leadlex.deals.create_note(deal.id, title="Now", content="Delayed, at risk")
        found = await leadlex.ai.analyze_notes(deal_id=deal.id)
        assert found.sentiment is not None
        assert (found.summary, found.sentiment.label) == (
            "1 notes on Series B. The latest: Now: Delayed, at risk",
            "negative",
        )

    async def test_misses(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """Unknown records are not found, records without notes a conflict: all are free."""
        contact = await leadlex.contacts.create(full_name="Jane")
        for each in ({"contact_id": "nobody"}, {"deal_id": "nothing"}):
            with pytest.raises(NotFound) as unknown:
                await leadlex.ai.analyze_notes(**each)  # type: ignore[arg-type]  # one of two
            assert unknown.value.code == "not_found"
        with pytest.raises(Conflict) as empty:
            await leadlex.ai.analyze_notes(contact_id=contact.id)
        assert (empty.value.code, sandbox.credits) == ("no_notes", 5000)

    @pytest.mark.parametrize("more", [{"max_notes": 201}, {"max_notes": 0}, {"focus": "gossip"}])
    async def test_refuses(self, sandbox: Sandbox, more: dict[str, object]) -> None:
        """One subject, a known focus, up to 200 notes."""
        assert await refused(sandbox, "/v1/ai/analyze-notes", {"contact_id": "x"} | more) == (400, "validation_error")
        assert await refused(sandbox, "/v1/ai/analyze-notes", {}) == (400, "validation_error")


class TestDuplicates:
    """``ai.detect_duplicates``."""

    async def test_contacts(self, leadlex: LeadLex) -> None:
        """Equal addresses, phones and names, whatever the case; the most alike first."""
        rows = await leadlex.contacts.create_many(
            [
                {"full_name": "Jane Doe", "email": "jane@example.com"},
                {"full_name": "John Roe", "email": "john@example.com", "phone": "+1 555 0100"},
                {"full_name": "jane doe"},
                {"full_name": "Other", "phone": "+1-555-0100"},
                {"full_name": "Jane DOE", "email": "JANE@example.com"},
                {"full_name": "Nobody Else"},
            ]
        )
        ids = [row.id for row in rows.contacts]
        found = await leadlex.ai.detect_duplicates("contact")
        assert [
            (ids.index(pair.primary_id), ids.index(pair.duplicate_id), pair.similarity) for pair in found.pairs
        ] == [
            (0, 4, 0.99),
            (1, 3, 0.9),
            (0, 2, 0.85),
        ]
        assert found.pairs[0].matched_fields == ("email", "full_name")
        assert found.pairs[0].reason == "Same email and full name"
        assert (found.total_candidates, found.credits_remaining) == (3, 4997)
        sure = await leadlex.ai.detect_duplicates("contact", threshold=0.9, limit=1)
        assert (len(sure.pairs), sure.total_candidates) == (1, 2)

    async def test_a_pair_merges(self, leadlex: LeadLex) -> None:
        """What is found can be merged, after which nothing is found."""
        for name in ("Jane Doe", "Jane D."):
            await leadlex.contacts.create(full_name=name, email="jane@example.com")
        pair = (await leadlex.ai.detect_duplicates("contact")).pairs[0]
        await leadlex.contacts.merge(pair.primary_id, [pair.duplicate_id])
        assert (await leadlex.ai.detect_duplicates("contact", limit=99)).pairs == ()

    async def test_companies_and_deals(self, leadlex: LeadLex) -> None:
        """Companies of the same domain or name, deals of the same name."""
        for name, domain in (("Acme", "acme.example"), ("ACME", ""), ("Acme Corp", "acme.example")):
            await leadlex.companies.create(name=name, domain=domain)
        contact = await leadlex.contacts.create(full_name="Jane")
        deal: NewDeal = {"name": "Series B", "stage": "Lead", "pipeline": "Sales", "contact_id": contact.id}
        await leadlex.deals.create_many([deal, deal])
        companies = await leadlex.ai.detect_duplicates("company")
        deals = await leadlex.ai.detect_duplicates("deal")
        assert [pair.matched_fields for pair in companies.pairs] == [("domain",), ("name",)]
        assert [pair.matched_fields for pair in deals.pairs] == [("name", "main_contact_id")]

    async def test_scope(self, leadlex: LeadLex) -> None:
        """Only records of a list, with a tag, or made since a moment are compared."""
        tagged: ContactRow = {"full_name": "Jane", "tags": ["vip"]}
        rows = await leadlex.contacts.create_many([tagged, tagged, {"full_name": "Jane"}])
        group = await leadlex.lists.create(name="Two")
        await leadlex.lists.add_contacts(group.id, [rows.contacts[0].id, rows.contacts[2].id])

        async def pairs(**scope: Unpack[DuplicateScope]) -> list[str]:
            found = await leadlex.ai.detect_duplicates("contact", scope=scope)
            return [pair.duplicate_id for pair in found.pairs]

        first, second, third = (row.id for row in rows.contacts)
        assert await pairs() == [second, third]
        assert await pairs(tag="vip") == [second]
        assert await pairs(list_id=group.id) == [third]
        assert await pairs(list_id="nowhere") == await pairs(created_after="2100-01-01") == []
        assert first not in await pairs(created_after="2020-01-01")

    async def test_kept_for_an_hour(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """The same question within an hour gets the same answer for free."""
        first = await leadlex.ai.detect_duplicates("contact")
        await leadlex.contacts.create_many([{"full_name": "Jane"}, {"full_name": "Jane"}])
        sandbox.advance(3500)
        kept = await leadlex.ai.detect_duplicates("contact")
        sandbox.advance(200)
        fresh = await leadlex.ai.detect_duplicates("contact")
        assert (first, len(fresh.pairs), fresh.credits_remaining) == (kept, 1, 4994)

    @pytest.mark.parametrize(("records", "price"), [(10_000, 3), (10_001, 5), (100_000, 5), (100_001, 10)])
    async def test_price(self, sandbox: Sandbox, leadlex: LeadLex, records: int, price: int) -> None:
        """The larger the workspace, the dearer."""
        sandbox.store.contacts.rows = {str(number): {} for number in range(records)}
        assert (await leadlex.ai.detect_duplicates("company")).credits_remaining == 5000 - price

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"entity_type": "task"},
            {"entity_type": "contact", "threshold": 1.1},
            {"entity_type": "contact", "threshold": -0.1},
            {"entity_type": "contact", "limit": 1001},
            {"entity_type": "contact", "scope": {"created_after": "soon"}},
        ],
    )
    async def test_refuses(self, sandbox: Sandbox, body: object) -> None:
        """A known kind, a threshold from 0 to 1, up to 1,000 pairs."""
        assert await refused(sandbox, "/v1/ai/detect-duplicates", body) == (400, "validation_error")


class TestSuggestions:
    """``ai.suggest_followups`` and ``ai.suggest_meetings``."""

    async def test_followups(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """Three steps unless told otherwise, with a draft where there is something to write."""
        contact = await leadlex.contacts.create(full_name="Jane Doe")
        sandbox.store.activities.add(sandbox.now(), {"type": "call", "contact_id": contact.id})
        found = await leadlex.ai.suggest_followups(contact.id)
        assert [step.type for step in found.suggestions] == ["email", "call", "meeting"]
        assert [bool(step.draft_body) for step in found.suggestions] == [True, False, False]
        assert all([step.title, step.reason, step.suggested_when, step.confidence] for step in found.suggestions)
        assert found.activity_summary == "1 activities with Jane Doe in the last 60 days."
        assert found.credits_remaining == 4998

    async def test_followups_as_asked(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """As many as asked for, only in the ways asked for, from the days asked for."""
        contact = await leadlex.contacts.create(full_name="Jane Doe")
        sandbox.store.activities.add(sandbox.now(), {"type": "call", "contact_id": contact.id})
        sandbox.advance(3 * 86_400)
        found = await leadlex.ai.suggest_followups(contact.id, count=10, lookback_days=2, channels=["whatsapp", "call"])
        assert [step.type for step in found.suggestions] == ["whatsapp", "call"] * 5
        assert found.activity_summary == "0 activities with Jane Doe in the last 2 days."

    async def test_followups_refuse(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """One to ten steps with a contact that exists."""
        with pytest.raises(NotFound) as unknown:
            await leadlex.ai.suggest_followups("nobody")
        assert (unknown.value.code, sandbox.credits) == ("not_found", 5000)
        for more in ({"count": 0}, {"count": 11}, {"lookback_days": 0}, {"channels": ["pigeon"]}, {"contact_id": ""}):
            body = {"contact_id": "x"} | more
            assert await refused(sandbox, "/v1/ai/suggest-followups", body) == (400, "validation_error")

    async def test_meetings(self, leadlex: LeadLex) -> None:
        """About open deals only, the most valuable one of each contact, the most valuable first."""
        rows = await leadlex.contacts.create_many([{"full_name": name} for name in ("Small", "Large", "Lost", "None")])
        small, large, lost, none = (row.id for row in rows.contacts)
        deals: list[NewDeal] = [
            {"name": "Best", "stage": "Lead", "pipeline": "Sales", "contact_id": large, "estimated_value": 45_000},
            {"name": "Other", "stage": "Lead", "pipeline": "Sales", "contact_id": large, "estimated_value": 1},
            {"name": "Small", "stage": "Lead", "pipeline": "Sales", "contact_id": small},
            {"name": "Lost", "stage": "Lost", "pipeline": "Sales", "contact_id": lost, "status": "lost"},
        ]
        best, *_ = await leadlex.deals.create_many(deals)
        found = await leadlex.ai.suggest_meetings()
        assert [(each.contact_name, each.priority) for each in found.suggestions] == [
            ("Large", "high"),
            ("Small", "medium"),
        ]
        first = found.suggestions[0]
        assert (first.contact_id, first.deal_id, first.opportunity_value) == (large, best.id, 45_000)
        assert len(first.suggested_agenda) == 3
        assert (first.suggested_when, first.confidence) == ("Within the next 14 days", 0.85)
        assert first.reason
        assert found.credits_remaining == 4997
        every = await leadlex.ai.suggest_meetings(only_open_deals=False)
        assert {each.contact_id for each in every.suggestions} == {small, large, lost, none}
        assert [each.priority for each in every.suggestions if each.deal_id is None] == ["low", "low"]

    async def test_meetings_as_asked(self, leadlex: LeadLex) -> None:
        """As many as asked for, with the contacts asked for, of whom unknown ones are left out."""
        rows = await leadlex.contacts.create_many([{"full_name": f"Person {number}"} for number in range(7)])
        ids = [row.id for row in rows.contacts]
        some = await leadlex.ai.suggest_meetings(contact_ids=[*ids[:2], "nobody"], only_open_deals=False, window_days=3)
        assert [each.contact_id for each in some.suggestions] == ids[:2]
        assert some.suggestions[0].suggested_when == "Within the next 3 days"
        assert len((await leadlex.ai.suggest_meetings(only_open_deals=False)).suggestions) == 5
        assert len((await leadlex.ai.suggest_meetings(only_open_deals=False, count=1)).suggestions) == 1

    @pytest.mark.parametrize("body", [{"count": 0}, {"count": 21}, {"window_days": 0}, {"contact_ids": "x"}])
    async def test_meetings_refuse(self, sandbox: Sandbox, body: object) -> None:
        """One to twenty meetings within some days."""
        assert await refused(sandbox, "/v1/ai/suggest-meetings", body) == (400, "validation_error")


class TestReading:
    """``ai.legal_insights`` and ``ai.analyze_document``."""

    async def test_legal(self, leadlex: LeadLex) -> None:
        """All sections on a deal, which is a matter by its id."""
        deal = await leadlex.deals.create(name="Series B", stage="Lead", pipeline="Sales", follow_up_date="2026-05-04")
        found = await leadlex.ai.legal_insights(deal_id=deal.id)
        assert found.summary == "Series B is a matter under the law of DE."
        assert all([found.risks[0].description, found.risks[0].severity, found.risks[0].likelihood])
        case = found.precedents[0]
        assert all([case.title, case.citation, case.jurisdiction, case.relevance])
        assert found.next_steps[0] == "Agree on the scope of Series B"
        assert [(each.description, each.due_date) for each in found.deadlines] == [
            ("Follow up on Series B", "2026-05-04")
        ]
        assert found.counterparty is not None
        assert found.counterparty.observations
        assert all([found.regulatory[0].regime, found.regulatory[0].citation, found.regulatory[0].notes])
        assert found.credits_remaining == 4996
        matter = await leadlex.ai.legal_insights(matter_id=deal.id, jurisdiction="FR")
        assert matter.precedents[0].jurisdiction == "FR"

    async def test_legal_focus(self, leadlex: LeadLex) -> None:
        """A summary comes always, other sections only if asked for."""
        deal = await leadlex.deals.create(name="Series B", stage="Lead", pipeline="Sales")
        found = await leadlex.ai.legal_insights(deal_id=deal.id, focus=["risks", "deadlines"])
        assert (bool(found.summary), len(found.risks), len(found.deadlines)) == (True, 1, 1)
        assert (found.precedents, found.next_steps, found.counterparty, found.regulatory) == ((), (), None, ())

    async def test_legal_refuses(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """A matter or a deal that exists, and a known focus."""
        for each in ({"matter_id": "nothing"}, {"deal_id": "nothing"}):
            with pytest.raises(NotFound) as unknown:
                await leadlex.ai.legal_insights(**each)  # type: ignore[arg-type]  # one of two
            assert unknown.value.code == "not_found"
        for body in ({}, {"deal_id": "x", "focus": ["gossip"]}, {"deal_id": "x", "focus": "risks"}):
            assert await refused(sandbox, "/v1/ai/legal-insights", body) == (400, "validation_error")
        assert sandbox.credits == 5000

    async def document(self, leadlex: LeadLex, size: int = 1) -> str:
        """The id of a document of so many bytes."""
        made = await leadlex.documents.create(
            name="NDA.pdf", mime_type="application/pdf", storage_path=f"nda-{size}.pdf", size_bytes=size
        )
        return made.id

    async def test_document(self, leadlex: LeadLex) -> None:
        """All sections of a document, and what was asked besides."""
        found = await leadlex.ai.analyze_document(await self.document(leadlex), prompt="Who signs?")
        assert found.summary == "NDA.pdf is an agreement of 1 pages. Asked for: Who signs?."
        clause, entity, amount = found.clauses[0], found.entities[0], found.amounts[0]
        assert all([clause.type, clause.title, clause.text, clause.page])
        assert all([entity.type, entity.name, entity.page])
        assert (amount.value, amount.currency, amount.context) == (10_000, "EUR", "Fee")
        assert all([found.risks, found.obligations, found.dates, found.signatories[0].name])
        assert (found.page_count, found.credits_remaining) == (1, 4997)

    async def test_document_sections(self, leadlex: LeadLex) -> None:
        """What was not asked for is empty."""
        found = await leadlex.ai.analyze_document(await self.document(leadlex), sections=["risks", "clauses"])
        assert (len(found.risks), len(found.clauses), found.summary, found.entities) == (1, 1, None, ())

    @pytest.mark.parametrize(("pages", "price"), [(10, 3), (11, 6), (50, 6), (51, 12), (250, 12)])
    async def test_document_price(self, leadlex: LeadLex, pages: int, price: int) -> None:
        """The longer the dearer; the size tells how many pages there are."""
        found = await leadlex.ai.analyze_document(await self.document(leadlex, pages * 50_000))
        assert (found.page_count, found.credits_remaining) == (pages, 5000 - price)

    async def test_document_refuses(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """A document that exists, of up to 250 pages."""
        with pytest.raises(NotFound) as unknown:
            await leadlex.ai.analyze_document("nothing")
        with pytest.raises(PayloadTooLarge) as long:
            await leadlex.ai.analyze_document(await self.document(leadlex, 250 * 50_000 + 1))
        assert (unknown.value.code, long.value.code) == ("not_found", "payload_too_large")
        for body in ({}, {"document_id": "x", "sections": ["gossip"]}):
            assert await refused(sandbox, "/v1/ai/analyze-document", body) == (400, "validation_error")
        assert sandbox.credits == 5000


class TestConferences:
    """``ai.discover_conferences``."""

    async def test_find(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """Those of an industry in a region, all fields filled, the most relevant first."""
        found = await leadlex.ai.discover_conferences(
            industry="legal-tech",
            region="europe",
            topics=["ai"],
            limit=3,
            date_range={"from": "2026-05-01", "to": "2026-05-31"},
        )
        assert len(found.conferences) == 3
        for each in found.conferences:
            assert each.name
            assert "Legal Tech" in each.name
            assert (each.industry_tags, each.topics) == (("legal-tech",), ("ai",))
            assert "2026-05-01" <= (each.start_date or "") <= (each.end_date or "") <= "2026-06-01"
            assert all([each.url, each.location, each.relevance, each.attendee_size, each.reason])
        relevance = [each.relevance or 0 for each in found.conferences]
        assert relevance == sorted(relevance, reverse=True)
        assert (found.cache_hit, found.credits_remaining) == (False, 4997)
        assert found.generated_at is not None
        assert abs(found.generated_at.timestamp() - sandbox.now()) < 60

    @pytest.mark.parametrize(
        ("region", "count"), [("global", 20), ("europe", 8), ("north-america", 8), ("apac", 8), ("DE", 2), ("ZZ", 0)]
    )
    async def test_region(self, leadlex: LeadLex, region: str, count: int) -> None:
        """Four regions, or a country."""
        assert len((await leadlex.ai.discover_conferences(region=region)).conferences) == count

    async def test_kept_for_a_day(self, sandbox: Sandbox, leadlex: LeadLex) -> None:
        """The same question within a day is answered from before, for free, even to an empty account."""
        first = await leadlex.ai.discover_conferences(industry="legal-tech", limit=1)
        other = await leadlex.ai.discover_conferences(industry="legal-tech", limit=2)
        sandbox.advance(86_000)
        sandbox.credits = 0
        kept = await leadlex.ai.discover_conferences(limit=1, industry="legal-tech")
        assert (other.cache_hit, kept.cache_hit, kept.credits_remaining) == (False, True, 0)
        assert (kept.conferences, kept.generated_at) == (first.conferences, first.generated_at)
        sandbox.advance(500)
        sandbox.credits = 3
        fresh = await leadlex.ai.discover_conferences(industry="legal-tech", limit=1)
        assert (fresh.cache_hit, fresh.credits_remaining) == (False, 0)

    @pytest.mark.parametrize(
        "body",
        [
            {"region": "mars"},
            {"limit": 0},
            {"limit": 101},
            {"date_range": {"from": "soon"}},
            {"date_range": {"from": "2026-06-01", "to": "2026-05-01"}},
            {"date_range": {"to": "2020-05-01"}},
            {"date_range": {"from": "9999-12-31"}},
        ],
    )
    async def test_refuses(self, sandbox: Sandbox, body: object) -> None:
        """A known region, a time that ends after it begins, up to 100 conferences."""
        assert await refused(sandbox, "/v1/ai/discover-conferences", body) == (400, "validation_error")
        assert sandbox.credits == 5000


class Prepared:
    """A workspace in which every paid operation finds something."""

    def __init__(self, leadlex: LeadLex) -> None:
        self.leadlex = leadlex
        self.ids: dict[str, str] = {}

    async def prepare(self) -> Prepared:
        """Make the records."""
        leadlex = self.leadlex
        contact = await leadlex.contacts.create(full_name="Jane Doe", email="jane@example.com")
        await leadlex.contacts.create_note(contact.id, title="Call", content="Called")
        deal = await leadlex.deals.create(name="Deal", stage="Lead", pipeline="Sales", contact_id=contact.id)
        document = await leadlex.documents.create(name="NDA", mime_type="application/pdf", storage_path="nda.pdf")
        self.ids = {"contact": contact.id, "deal": deal.id, "document": document.id}
        return self

    def calls(self, key: str | None = None) -> dict[str, tuple[int, Callable[[], Awaitable[object]]]]:
        """Every paid operation with its price."""
        leadlex, ids, ai, enrich = self.leadlex, self.ids, self.leadlex.ai, self.leadlex.enrich
        return {
            "contact": (1, lambda: enrich.contact(ids["contact"], idempotency_key=key)),
            "company": (1, lambda: enrich.company(domain="example.com", idempotency_key=key)),
            "email": (1, lambda: enrich.email("jane@example.com", idempotency_key=key)),
            "card": (1, lambda: enrich.business_card(image_url=CARD, create_contact=True, idempotency_key=key)),
            "address": (1, lambda: leadlex.email.enrich(domain="example.com", idempotency_key=key)),
            "notes": (2, lambda: ai.analyze_notes(contact_id=ids["contact"], idempotency_key=key)),
            "duplicates": (3, lambda: ai.detect_duplicates("contact", idempotency_key=key)),
            "followups": (2, lambda: ai.suggest_followups(ids["contact"], idempotency_key=key)),
            "meetings": (3, lambda: ai.suggest_meetings(idempotency_key=key)),
            "legal": (4, lambda: ai.legal_insights(deal_id=ids["deal"], idempotency_key=key)),
            "document": (3, lambda: ai.analyze_document(ids["document"], idempotency_key=key)),
            "conferences": (3, lambda: ai.discover_conferences(idempotency_key=key)),
        }


PAID = [*Prepared(LeadLex("wbk_none", base_url="http://127.0.0.1:1")).calls()]


@pytest.mark.parametrize("name", PAID)
async def test_replay_is_charged_once(sandbox: Sandbox, leadlex: LeadLex, name: str) -> None:
    """The same idempotency key brings the same answer, for which nothing more is paid."""
    price, call = (await Prepared(leadlex).prepare()).calls("key-1")[name]
    first, second = await call(), await call()
    assert first == second
    assert sandbox.credits == 5000 - price


@pytest.mark.parametrize("name", PAID)
async def test_no_credits(sandbox: Sandbox, leadlex: LeadLex, name: str) -> None:
    """What cannot be paid for is refused and changes nothing."""
    price, call = (await Prepared(leadlex).prepare()).calls()[name]
    before = {each: dict(row) for each, row in sandbox.store.contacts.rows.items()}
    sandbox.credits = price - 1
    with pytest.raises(InsufficientCredits) as caught:
        await call()
    assert (caught.value.code, sandbox.credits) == ("insufficient_credits", price - 1)
    assert (sandbox.store.contacts.rows, len(sandbox.store.companies)) == (before, 0)
    sandbox.credits = price
    await call()
    assert sandbox.credits == 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/prospector/search", {"name": "Ada"}),
        ("/v1/prospects/save", {"prospects": [{"name": "Ada"}]}),
        ("/v1/enrich/email", {"email": "jane@example.com"}),
        ("/v1/email/enrich", {"email": "jane@example.com"}),
        ("/v1/ai/suggest-meetings", {}),
    ],
)
async def test_permission(sandbox: Sandbox, path: str, body: dict[str, object]) -> None:
    """A key without the permission is refused."""
    sandbox.store.api_keys.add(sandbox.now(), {"key": "wbk_weak", "permissions": ["read:settings"]})
    async with LeadLex("wbk_weak", base_url=sandbox.url) as weak:
        with pytest.raises(PermissionDenied) as caught:
            await weak.request("POST", path, json=body)
    assert caught.value.code == "insufficient_permissions"
