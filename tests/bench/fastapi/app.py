"""The same routes as a team writes them with FastAPI and SQLModel. `python app.py` makes the table."""

import os
from datetime import datetime, timezone
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer
from sqlalchemy import DateTime
from sqlmodel import Field, Session, SQLModel, create_engine, select

engine = create_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=0)
keys = jwt.PyJWKClient(os.environ["JWKS_URL"]) if "JWKS_URL" in os.environ else None
app = FastAPI()


def now() -> datetime:
    return datetime.now(timezone.utc)


class NewTask(SQLModel):
    title: str = Field(min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=1000)
    completed: bool = False


class Change(SQLModel):
    title: str | None = Field(default=None, min_length=1, max_length=200)
    description: str | None = Field(default=None, max_length=1000)
    completed: bool | None = None


class Task(NewTask, table=True):
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    user_id: str = Field(index=True)
    created_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(default_factory=now, sa_type=DateTime(timezone=True))


def owner(user_id: str, bearer=Depends(HTTPBearer(auto_error=False))) -> str:
    try:
        token = bearer.credentials
        key = keys.get_signing_key_from_jwt(token).key if keys else os.environ["SECRET"]
        claims = jwt.decode(token, key, algorithms=["EdDSA" if keys else "HS256"], audience=os.environ.get("AUDIENCE"))
    except (AttributeError, jwt.PyJWTError):
        raise HTTPException(401, "invalid token")
    if claims["sub"] != user_id:
        raise HTTPException(403, "not your tasks")
    return user_id


def own_task(session: Session, owner: str, id: UUID) -> Task:
    task = session.exec(select(Task).where(Task.user_id == owner, Task.id == id)).first()
    if task is None:
        raise HTTPException(404, "no such task")
    return task


def saved(session: Session, task: Task) -> Task:
    session.add(task)
    session.commit()
    session.refresh(task)
    return task


# A session lives within one call: one that a dependency keeps open holds its connection while the next call waits for a
# thread, and under load all threads wait for connections.


@app.get("/api/{user_id}/tasks")
def list_tasks(limit: int = 1000, owner: str = Depends(owner)) -> list[Task]:
    with Session(engine) as session:
        newest = select(Task).where(Task.user_id == owner).order_by(Task.created_at.desc()).limit(limit)
        return session.exec(newest).all()


@app.post("/api/{user_id}/tasks", status_code=201)
def create_task(new: NewTask, owner: str = Depends(owner)) -> Task:
    with Session(engine) as session:
        return saved(session, Task.model_validate(new, update={"user_id": owner}))


@app.get("/api/{user_id}/tasks/{id}")
def get_task(id: UUID, owner: str = Depends(owner)) -> Task:
    with Session(engine) as session:
        return own_task(session, owner, id)


@app.put("/api/{user_id}/tasks/{id}")
def update_task(id: UUID, change: Change, owner: str = Depends(owner)) -> Task:
    with Session(engine) as session:
        changed = change.model_dump(exclude_unset=True) | {"updated_at": now()}
        return saved(session, own_task(session, owner, id).sqlmodel_update(changed))


@app.patch("/api/{user_id}/tasks/{id}/complete")
def toggle_task(id: UUID, owner: str = Depends(owner)) -> Task:
    with Session(engine) as session:
        task = own_task(session, owner, id)
        return saved(session, task.sqlmodel_update({"completed": not task.completed, "updated_at": now()}))


@app.delete("/api/{user_id}/tasks/{id}", status_code=204)
def delete_task(id: UUID, owner: str = Depends(owner)) -> None:
    with Session(engine) as session:
        session.delete(own_task(session, owner, id))
        session.commit()


if __name__ == "__main__":
    SQLModel.metadata.create_all(engine)
