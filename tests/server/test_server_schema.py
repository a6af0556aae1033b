"""Whatever the description of the interface allows, and much that it does not: no accident, no unnamed status."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import InvalidArgument, Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, status_code_conformance
from tests.server.conftest import serving

from tenfold.config import load_settings
from tenfold.recognizer import Recognizer
from tenfold.server.app import create_app

# 503 is a server error by its number, and a documented answer.
ALL = list(HealthCheck)
NO_ACCIDENT = {500, 501, 502, 504}


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    database = f"sqlite:///{tmp_path_factory.mktemp('schema') / 'kept.db'}"
    with serving(create_app(Recognizer(settings=load_settings(database=database, lesson_seconds=0)))) as client:
        yield schemathesis.openapi.from_url(f"{client.base_url}/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_address_answers_as_it_is_described(api: Any, mode: GenerationMode) -> None:
    answered: set[str] = set()
    for found in api.get_all_operations():
        operation = found.ok()
        try:
            cases = operation.as_strategy(generation_mode=mode)
        except (Unsatisfiable, InvalidArgument):
            continue

        @settings(max_examples=15, derandomize=True, database=None, suppress_health_check=ALL)
        @given(case=cases)
        def check(case: schemathesis.Case) -> None:
            response = case.call()
            answered.add(case.operation.label)
            assert response.status_code not in NO_ACCIDENT, response.text
            case.validate_response(
                response,
                checks=[status_code_conformance, content_type_conformance],
                excluded_checks=[not_a_server_error],
            )

        try:
            check()
        except Unsatisfiable:  # there is nothing wrong that one could send to an address that takes nothing
            assert mode is GenerationMode.NEGATIVE
    assert len(answered) >= (14 if mode is GenerationMode.POSITIVE else 8)


def test_the_description_names_every_address(api: Any) -> None:
    described = {operation.ok().label for operation in api.get_all_operations()}
    assert {"POST /v1/predict", "POST /v1/read", "POST /v1/feedback", "POST /v2/models/{name}/infer"} <= described
    assert len(described) >= 14


def test_a_generated_client_finds_schemas_and_examples(api: Any) -> None:
    raw = api.raw_schema
    assert raw["openapi"].startswith("3.1")
    operations = [one for path in raw["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    takes = [one["requestBody"]["content"] for one in operations if "requestBody" in one]
    assert len(takes) >= 9
    for content in takes:
        told = content["application/json"]
        named = told.get("schema", {}).get("$ref", "").rpartition("/")[2]
        assert "example" in told or "example" in raw["components"]["schemas"][named], content
    for one in operations:
        good = min(one["responses"])
        assert good in ("200", "204"), one["operationId"]
        assert good == "204" or one["responses"][good].get("content"), one["operationId"]
