"""Exports as models of kserve, whose routes, registry and metrics these are; around it limits, and errors as sentences.

Of kserve's routes those of its first protocol are taken, which is TensorFlow Serving's: the others also load and unload
models, for whoever asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from kserve import Model, ModelRepository
from kserve.errors import InvalidInput, ModelNotFound
from kserve.protocol.dataplane import DataPlane
from kserve.protocol.rest.server import metrics_handler
from kserve.protocol.rest.v1_endpoints import register_v1_endpoints
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from serving.refusing import Refused, said
from serving.server.predicting import predict
from serving.server.tensors import Limits
from serving.signatures import Loaded

JSON = (b"content-type", b"application/json")


class TooLarge(Refused):
    """A request has more bytes than one may have."""


class Export(Model):
    """An export, as kserve calls it.

    Args:
        name: Its name in addresses.
        loaded: The export.
        limits: What one request may ask for.
    """

    def __init__(self, name: str, loaded: Loaded, limits: Limits) -> None:
        super().__init__(name, return_response_headers=True)
        self.loaded = loaded
        self.limits = limits
        self.ready = True

    async def predict(self, payload: Any, headers: Any = None, response_headers: Any = None) -> bytes:
        """Answers beside the loop, which goes on taking requests and telling its health."""
        response_headers["content-type"] = "application/json"
        return await asyncio.to_thread(self.answer, payload)

    def answer(self, body: Any) -> bytes:
        """Returns the answer to a request, as JSON; numbers go there without becoming Python's."""
        return orjson.dumps(predict(self.loaded.signatures, body, self.limits), option=orjson.OPT_SERIALIZE_NUMPY)


class Guard:
    """Stops bodies that are too long while they arrive, and reads all as JSON, whatever they are called.

    A body of another type, or with the headers of a cloud event, would be read in other ways by kserve.
    """

    def __init__(self, app: Any, most: int) -> None:
        self.app = app
        self.most = most

    async def __call__(self, scope: MutableMapping[str, Any], receive: Callable, send: Callable) -> None:
        """Passes a request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = [(key, value) for key, value in scope["headers"] if key != JSON[0] and not key.startswith(b"ce-")]
        promised = int(dict(headers).get(b"content-length", b"0"))  # that it is a number is the HTTP parser's to check
        arrived = 0

        async def counted() -> dict[str, Any]:
            nonlocal arrived
            message = await receive() if promised <= self.most else {}
            arrived += len(message.get("body", b""))
            if max(promised, arrived) > self.most:
                raise TooLarge(f"The request is too long: send at most {self.most:,} bytes.")
            return message

        await self.app({**scope, "headers": [*headers, JSON]}, counted, send)


def application(exports: Mapping[str, Loaded], limits: Limits, most: int) -> FastAPI:
    """Returns what answers requests.

    Args:
        exports: By name.
        limits: What one request may ask for.
        most: The most bytes of a request.
    """
    models = ModelRepository()
    for name, loaded in exports.items():
        models.update(Export(name, loaded, limits))

    async def status(name: str) -> dict[str, Any]:
        """Says that a model is there, as TensorFlow Serving does."""
        if name not in exports:
            raise ModelNotFound(name)
        fine = {"error_code": "OK", "error_message": ""}
        return {"model_version_status": [{"version": "1", "state": "AVAILABLE", "status": fine}]}

    app = FastAPI(title="autoencoder-zoo", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_api_route("/v1/models/{name}", status, methods=["GET"])
    app.add_api_route("/metrics", metrics_handler, methods=["GET"])
    register_v1_endpoints(app, DataPlane(model_registry=models), None)
    app.add_middleware(Guard, most=most)
    listed = ", ".join(exports)
    for error, code, sentence in (
        (Refused, 400, str),
        (TooLarge, 413, str),
        (InvalidInput, 400, lambda error: f"The body must be JSON, without NaN and Infinity ({said(error)})."),
        (ModelNotFound, 404, lambda _: f"There is no such model here: choose from {listed}."),
        (ClientDisconnect, 400, lambda _: "The request ended before its body did."),
        (NotImplementedError, 404, lambda _: "Models predict and do nothing else: ask for :predict."),
        (HTTPException, None, lambda _: "Type POST /v1/models/NAME:predict, or GET /v1/models/NAME or /metrics."),
    ):
        app.add_exception_handler(error, _answering(code, sentence))
    return app


def _answering(code: int | None, sentence: Callable[[Any], str]) -> Callable:
    """Returns what answers an error, in TensorFlow Serving's form."""

    async def answer(_: Request, error: Any) -> JSONResponse:
        return JSONResponse({"error": sentence(error)}, code or error.status_code)

    return answer
