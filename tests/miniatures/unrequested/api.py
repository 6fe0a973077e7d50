"""An app with an OpenAPI document: whoever reads something has to register, log in, and make it."""

import secrets
import uuid

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from pydantic import BaseModel

app = FastAPI()
accounts: dict[str, str] = {}
tokens: set[str] = set()
notes: dict[str, str] = {}
bearer = HTTPBearer()


class Account(BaseModel):
    username: str
    password: str


class Note(BaseModel):
    text: str


def user(credentials=Depends(bearer)) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, B008
    if credentials.credentials not in tokens:
        raise HTTPException(401)


@app.post("/register", status_code=201)
def register(account: Account) -> None:
    accounts[account.username] = account.password


@app.post("/token")
def token(account: Account) -> dict[str, str]:
    if accounts.get(account.username) != account.password:
        raise HTTPException(400)
    tokens.add(found := secrets.token_urlsafe())
    return {"access_token": found}


@app.post("/notes", status_code=201, dependencies=[Depends(user)])
def add(note: Note) -> dict[str, str]:
    notes[key := str(uuid.uuid4())] = note.text
    return {"id": key}


@app.get("/notes/{note_id}", dependencies=[Depends(user)])
def read(note_id: uuid.UUID) -> Note:
    if str(note_id) not in notes:
        raise HTTPException(404)
    return Note(text=notes[str(note_id)])


@app.delete("/notes/{note_id}", dependencies=[Depends(user)])
def remove(note_id: uuid.UUID) -> None:
    del notes[str(note_id)]


@app.get("/never")
def never() -> None:
    raise HTTPException(409)
