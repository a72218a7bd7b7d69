"""Examples for the OpenAPI document and the page to try it; a test sends each of them."""

from __future__ import annotations

from typing import Any

COMMENT: dict[str, Any] = {
    "id": "c-7261",
    "text": "You are an idiot, sir.",
    "format": "plain",
    "author": {
        "id": "812",
        "name": "sam",
        "joined_at": "2024-05-01T08:00:00Z",
        "post_count": 312,
        "trusted": False,
    },
    "thread": {"id": "41", "title": "Budget day", "url": "https://forum.example/t/41"},
    "parent": {"id": "c-7254", "text": "The budget was balanced this year."},
    "permalink": "https://forum.example/t/41#c-7261",
    "created_at": "2026-03-02T09:00:00Z",
    "language": "en",
}

_SCORES: dict[str, Any] = {
    "abusive": {
        "score": 0.97,
        "threshold": 0.62,
        "flags": True,
        "rule": "maximum recall at precision >= 0.9",
    },
    "partisan": {
        "score": 0.03,
        "threshold": 0.58,
        "flags": False,
        "rule": "maximum recall at precision >= 0.9",
    },
}

SCORE_ANSWER: dict[str, Any] = {
    "verdict": "flag",
    "reasons": ["over_threshold:abusive"],
    "scores": _SCORES,
    "offsets": "codepoint",
    "spans": [{"label": "abusive", "start": 11, "end": 16, "weight": 4.1}],
    "word_rules": [],
    "model_version": "2026-02-11-9f2c01ab77",
    "policy_version": 3,
    "request_id": "req_0b7c2f8e5d1a4c39a6d2e4f8091b3c5d",
}

VERDICT: dict[str, Any] = {
    "id": "c-7261",
    "revision": "sha256-7a2f04c9d1b8e6350f9a4c2d8e7b1f60",
    "is_latest": True,
    **SCORE_ANSWER,
    "review_item_id": 118,
    "judged_at": "2026-03-02T09:00:01Z",
}

RECORD: dict[str, Any] = {
    **VERDICT,
    "review_state": "decided",
    "decision": {
        "decision": "reject",
        "labels": {"abusive": True, "insult": True, "partisan": False},
        "reason": "insult",
        "decided_by": "mira",
        "decided_at": "2026-03-02T09:04:12Z",
        "revision": "sha256-7a2f04c9d1b8e6350f9a4c2d8e7b1f60",
        "model_version": "2026-02-11-9f2c01ab77",
        "policy_version": 3,
    },
    "statement_of_reasons": {
        "restriction": "visibility_removed",
        "territorial_scope": "worldwide",
        "duration": "indefinite",
        "facts": "A moderator read the comment and rejected it: Insults a person.",
        "found_by": "automated",
        "is_detected_automatically": True,
        "is_decided_automatically": False,
        "ground": "forum_rules",
        "rule": "insult",
        "rule_title": "Insults a person",
        "redress": ["The author may appeal once to the forum; another moderator decides."],
    },
    "appeal": None,
    "deleted_at": None,
    "history": [
        {
            "at": "2026-03-02T09:00:01Z",
            "kind": "verdict",
            "actor": "model",
            "details": {"verdict": "flag", "reasons": ["over_threshold:abusive"]},
        },
        {
            "at": "2026-03-02T09:04:12Z",
            "kind": "decided",
            "actor": "mira",
            "details": {"decision": "reject", "reason": "insult"},
        },
    ],
}

BATCH: dict[str, Any] = {
    "comments": [
        {"id": "c-1", "text": "Thank you, that helped."},
        {"id": "c-2", "text": "<p>Well said.</p>", "format": "html"},
    ]
}

BATCH_ANSWER: dict[str, Any] = {
    "results": [
        {"index": 0, "status": 201, **VERDICT},
        {
            "index": 1,
            "status": 422,
            "type": "urn:moderation:problem:invalid_input",
            "title": "Unprocessable Content",
            "detail": "One field is not as expected; see errors.",
            "code": "invalid_input",
            "errors": [{"field": "comments.1.text", "message": "expected a string"}],
            "request_id": "req_0b7c2f8e5d1a4c39a6d2e4f8091b3c5d",
        },
    ]
}

FEEDBACK: dict[str, Any] = {
    "labels": {"abusive": False},
    "source": "appeal",
    "decision": "approve",
    "given_by": "staff-3",
}

FEEDBACK_RECEIPT: dict[str, Any] = {
    "id": "c-7261",
    "revision": "sha256-9f86d081884c7d659a2feaa0c55ad015",
    "feedback_id": 2041,
    "source": "appeal",
    "labels": {"abusive": False},
    "weight": 2.0,
    "is_new": True,
}

REPORT: dict[str, Any] = {"reporter_id": "77", "reason": "harassment", "note": "Again and again."}

REPORT_RECEIPT: dict[str, Any] = {
    "id": "c-7261",
    "review_item_id": 118,
    "review_state": "pending",
    "report_count": 2,
    "is_new": True,
}

APPEAL: dict[str, Any] = {
    "words": "I quoted the minister, I did not insult him.",
    "author_id": "u-19",
}

APPEAL_RECEIPT: dict[str, Any] = {
    "id": "c-7261",
    "appeal_id": 12,
    "state": "open",
    "filed_at": "2026-03-02T09:00:00Z",
    "decided_at": None,
    "statement_of_reasons": None,
    "is_new": True,
}

APPEAL_LINK: dict[str, Any] = {
    "id": "c-7261",
    "url": "https://moderation.example.org/appeals/eyJmIjoiZ2F6ZXR0ZSJ9.c2lnbmVk",
    "expires_at": "2026-09-01T09:00:00Z",
}

ERASURE: dict[str, Any] = {
    "id": "812",
    "comments": 312,
    "reports": 4,
    "labels": 0,
    "exports": [
        {
            "at": "2026-02-10T08:00:00Z",
            "by": "mira",
            "pseudonymised": True,
            "text_dropped": False,
        }
    ],
    "backups": "Backups made before now hold it until they expire.",
}

AUTHOR: dict[str, Any] = {
    "id": "812",
    "name": "sam",
    "joined_at": "2024-05-01T08:00:00Z",
    "post_count": 312,
    "trusted": False,
    "comments": [
        {
            "id": "c-7261",
            "revision": VERDICT["revision"],
            "text": "You are an idiot, sir.",
            "format": "plain",
            "thread_id": "41",
            "parent_id": "c-7254",
            "permalink": "https://forum.example/t/41#c-7261",
            "created_at": "2026-03-02T09:00:00Z",
            "received_at": "2026-03-02T09:00:01Z",
            "deleted_at": None,
            "erased_at": None,
            "verdict": "flag",
            "reasons": ["over_threshold:abusive"],
            "scores": {"abusive": 0.97, "partisan": 0.03},
            "model_version": "2026-02-11-9f2c01ab77",
            "appeal": None,
            "decision": RECORD["decision"],
        }
    ],
    "reports": [
        {
            "comment_id": "c-7254",
            "reason": "harassment",
            "note": "Again and again.",
            "created_at": "2026-03-01T20:15:00Z",
        }
    ],
    "next_after": None,
}
