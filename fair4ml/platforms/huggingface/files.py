"""The files of a model on the Hugging Face Hub: a record of its own, so that a crawl without files removes none."""

from __future__ import annotations

from urllib.parse import quote

from fair4ml.describe.draft import Draft
from fair4ml.entities import DataDownload, Description, MLModel
from fair4ml.identifiers import IRI_MAX_LENGTH, hugging_face_model, part_iri
from fair4ml.platforms import describe
from fair4ml.platforms.huggingface.source import FileList


@describe.register
def describe_files(source: FileList) -> Description:
    """Map each file to a download of the model, at its address in its revision; see `describe`."""
    iri = hugging_face_model(source.id)
    draft = Draft(iri)
    files = []
    for position, file in enumerate(source.siblings):
        address = f"{iri}/resolve/{source.sha or 'main'}/{quote(file.path)}"
        if len(address) > IRI_MAX_LENGTH:
            draft.issue(f"siblings.{position}", "has an address that is too long")
            continue
        size = None if file.size is None else f"{file.size} B"
        part = DataDownload(
            iri=part_iri(iri, "file", file.path), name=file.path, content_url=address, content_size=size
        )
        files.append(draft.part(part))
    return draft.finish(MLModel(iri=iri, name=source.id, distribution=list(dict.fromkeys(files))), {})
