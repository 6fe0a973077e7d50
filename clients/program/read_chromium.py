"""Chromium, by Playwright: the EventSource of a page."""

import json
import sys
from urllib.parse import urljoin

from starlette_conformance.process.browser import chromium

SCRIPT = """async ({urls, types}) => {
    const found = [];
    await Promise.all(urls.map((url, stream) => new Promise((resolve) => {
        const source = new EventSource(url);
        for (const type of types) {
            source.addEventListener(type, ({data, lastEventId}) => {
                if (data !== undefined) found.push({stream, type, data, id: lastEventId});
            });
        }
        source.addEventListener("error", ({data}) => {
            if (data !== undefined) return;
            source.close();
            found.push({stream, end: true});
            resolve();
        });
    })));
    return found;
}"""

with chromium() as browser:
    given = json.load(sys.stdin)
    page = browser.new_page()
    page.goto(urljoin(given["urls"][0], "/"))
    for line in page.evaluate(SCRIPT, given):
        sys.stdout.write(json.dumps(line) + "\n")
