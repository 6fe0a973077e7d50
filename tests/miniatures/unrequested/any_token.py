"""An app that wants a bearer token, and takes any."""

from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI()


@app.get("/me", dependencies=[Depends(HTTPBearer())])  # type: ignore[untyped-decorator]
def me() -> str:
    return "you"
