"""Text that tries to speak through us: to the log of a CI, a terminal, a page, a table."""

FORGED = "forged"
"""In each attempt, so that it is found wherever it is shown."""
GITHUB = "::error file=a::forged"
OLDER = "##[add-mask]forged"
HIDDEN = "#\u00ad#\u034f[error]forged"
GITLAB = "section_start:1:forged\r\x1b[0Kforged"
AZURE = "##vso[task.setvariable variable=a]forged"
TEAMCITY = "##teamcity[buildStatus text='forged']"
TERMINAL = "\x1b]0;forged\x07\x1b[2J\x9b2Jforged\x08\x7f"
BIDI = "\u202eforged\u2066"
MARKDOWN = "**forged** @forged #1 https://forged.example | <b>forged</b> `forged`` ~~forged~~"
MARKUP = "</script><script>document.title='forged'</script>]]><!-- &forged; \"'>"
MENTIONED = ("@forged", "https://", "#1", "<b>", "**forged", "# forged")
"""What Markdown, or a page of a forge, makes something of."""
BREAKS = ("\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029")

ATTEMPTS = {
    "GitHub": GITHUB,
    "GitHub, behind blanks": f"  \t{GITHUB}",
    "GitHub, of old": f"a {OLDER}",
    "GitHub, hidden": HIDDEN,
    "GitLab": GITLAB,
    "Azure": AZURE,
    "TeamCity": TEAMCITY,
    "terminal": TERMINAL,
    "bidi": BIDI,
    "Markdown": MARKDOWN,
    "markup": MARKUP,
    "surrogate": "forged\ud800",
    **{f"line of its own by {end!r}": f"x{end}{GITHUB}{end}# forged" for end in BREAKS},
}
HOSTILE = "\n".join(ATTEMPTS.values())
