"""Training at the desk: ask for the next model, watch it being made, read what came out."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from moderation.domain.review import Role
from moderation.domain.training import JobState
from moderation.services import exporting, model_changes, registration, training
from moderation.storage.labelled import ExportFilter
from moderation.web import current
from moderation.web.desk import layout, session, toasts, training_wording
from moderation.web.desk.blueprint import bp
from moderation.web.desk.fields import typed_text


@bp.get("/training")
@session.needs(Role.VIEWER, everywhere=True)
def trainings() -> str:
    """Show what there is to learn from, and the trainings so far."""
    runtime = current.runtime()
    training.end_lost_jobs(runtime)
    jobs = training.latest_trainings(runtime)
    return layout.page(
        "training.html",
        active="desk.models",
        jobs=[training_wording.line(job, runtime.clock()) for job in jobs],
        running=next((job for job in jobs if job.state.is_open), None),
        labels=exporting.count_export(runtime, ExportFilter()),
        forums=registration.list_forums(runtime),
    )


@bp.post("/training")
@session.needs(Role.ADMIN, everywhere=True)
def train() -> Response:
    """Ask for a training."""
    forum = typed_text(request.form.get("forum")) or None
    job_id = training.request_training(current.runtime(), session.me(), forum=forum)
    return redirect(url_for("desk.training_job", job_id=job_id), code=303)


@bp.get("/training/<int:job_id>")
@session.needs(Role.VIEWER, everywhere=True)
def training_job(job_id: int) -> str:
    """Show one training: how far it is, or what came out."""
    runtime = current.runtime()
    training.end_lost_jobs(runtime)
    job = training.training_job(runtime, job_id)
    if job.candidate is not None:
        model_changes.fetch_model(runtime, job.candidate)
    view = model_changes.models_view(runtime)
    candidate = next((row for row in view.rows if row.version == job.candidate), None)
    report = training_wording.report(job.result) if job.result is not None else None
    return layout.page(
        "training_job.html",
        active="desk.models",
        job=job,
        line=training_wording.line(job, runtime.clock()),
        report=report,
        texts=training.example_texts(runtime, report.forum_keys) if report is not None else {},
        candidate=candidate,
    )


@bp.post("/training/<int:job_id>/doubts")
@session.needs(Role.ADMIN, everywhere=True)
def ask_about_doubts(job_id: int) -> Response:
    """Give the chosen labels blind to another moderator."""
    chosen = {typed_text(value) for value in request.form.getlist("doubt")}
    counts = training.ask_about_suspicious(current.runtime(), job_id, chosen)
    toasts.say(training_wording.asked(counts))
    return redirect(url_for("desk.training_job", job_id=job_id), code=303)


@bp.get("/training/<int:job_id>/progress")
@session.needs(Role.VIEWER, everywhere=True)
def training_progress(job_id: int) -> str:
    """Show how far a training is, as the part of its page that a script renews."""
    runtime = current.runtime()
    job = training.training_job(runtime, job_id)
    return layout.bare_page(
        "_training_progress.html", job=job, line=training_wording.line(job, runtime.clock())
    )


@bp.post("/training/<int:job_id>/cancel")
@session.needs(Role.ADMIN, everywhere=True)
def cancel_training(job_id: int) -> Response:
    """Stop a training."""
    state = training.cancel_training(current.runtime(), session.me(), job_id)
    is_over = state is JobState.CANCELLED
    toasts.say("The training is cancelled." if is_over else "The training will stop in seconds.")
    return redirect(url_for("desk.training_job", job_id=job_id), code=303)
