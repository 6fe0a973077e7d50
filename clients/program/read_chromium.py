"""Chromium, by Playwright: the EventSource of a page."""

import json
import sys

from starlette_conformance.process.browser import chromium

SCRIPT = """async ({urls, types, follow = 0, credentials = false}) => {
    const found = [];
    await Promise.all(urls.map((url, stream) => new Promise((resolve) => {
        const source = new EventSource(url, {withCredentials: credentials});
        const close = () => {
            source.close();
            found.push({stream, end: true});
            resolve();
        };
        if (follow) setTimeout(close, follow * 1000);
        for (const type of types) {
            source.addEventListener(type, ({data, lastEventId}) => {
                if (data !== undefined) found.push({stream, type, data, id: lastEventId});
            });
        }
        source.addEventListener("error", ({data}) => {
            if (data === undefined && (!follow || source.readyState === 2)) close();
        });
    })));
    return found;
}"""

with chromium() as browser:
    given = json.load(sys.stdin)
    page = browser.new_page()
    page.goto(given["page"])
    for line in page.evaluate(SCRIPT, given):
        sys.stdout.write(json.dumps(line) + "\n")
