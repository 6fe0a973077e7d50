"""locust imports a module of this name as it starts: https://docs.locust.io/en/stable/extensions.html

It prints its help before it loads the files of -f, which would add their options. Those of a folder
stand in its _options.py, which is loaded here where help is wanted.
"""

import argparse
import importlib
import os
import sys
from pathlib import Path


def load_options() -> None:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-f", "--locustfile", default=os.environ.get("LOCUST_LOCUSTFILE", ""))
    parser.add_argument("-h", "--help", action="store_true")
    given, _ = parser.parse_known_args()
    for name in given.locustfile.split(",") if given.help else ():
        path = Path(name.strip())
        folder = path if path.is_dir() else path.parent
        if (folder / "_options.py").is_file():
            sys.path.insert(0, str(folder))
            importlib.import_module("_options")
            return


load_options()
