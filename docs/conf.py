"""The documentation as a site: `docs/build` makes it with Sphinx, every warning an error."""

from __future__ import annotations

import muse_hook

project = "muse_hook"
author = copyright = "the muse_hook authors"  # noqa: A001 - Sphinx's word
version = release = muse_hook.__version__

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "man"]
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4  # `page.md#a-heading`, as the hosts that show Markdown make them

html_theme = "furo"
html_title = "muse_hook"
html_static_path: list[str] = []
html_theme_options = {"source_view_link": ""}
