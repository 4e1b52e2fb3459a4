"""The documentation site: ``make docs`` builds it into build/docs."""
# ruff: noqa: INP001 - a script of Sphinx

from __future__ import annotations

import sys
from pathlib import Path

import leadlex_async

sys.path.insert(0, str(Path(__file__).parent))

project = "leadlex_async"
author = "leadlex_async"
release = leadlex_async.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "docstrings"]

html_theme = "furo"
html_title = f"leadlex_async {release}"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
myst_heading_anchors = 4

autodoc_default_options = {"members": True, "member-order": "bysource"}
python_use_unqualified_type_names = True
maximum_signature_line_length = 100

# Types of other projects: their inventories would have to be fetched while the site is built.
nitpick_ignore_regex = [
    (r"py:.*", r"(_?asyncio|aiohttp|collections|concurrent|contextlib|datetime|os|ssl|starlette|uuid)(\..*)?"),
    # Types that nobody has to name: of constructors, type variables, rows of the sandbox.
    (r"py:.*", r"(leadlex_async\..*\.)?(Answer|Board|Core|EnrollmentRow|HasItems|Method|Receive|Rows|StepRow|T)"),
]
