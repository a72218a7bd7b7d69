"""What every process is made of, web or not: the runtime and the workers."""

from __future__ import annotations

from classifiers.registry import Registry
from moderation.config import Settings
from moderation.delivery.host_poller import HostPoller
from moderation.delivery.worker import DeliverySettings, DeliveryWorker
from moderation.jobs.training import TrainingWorker
from moderation.services.bucket import Bucket
from moderation.services.live_models import LiveModels
from moderation.services.model_store import ModelStore
from moderation.services.pseudonyms import Pseudonyms
from moderation.services.runtime import Runtime
from moderation.services.secret_key import KEYS_FILE, kept_secret_key
from moderation.services.waiting import Waiting
from moderation.storage.database import open_database
from moderation.storage.sealing import GivenKeys, KeyFile, KeySource


def build_runtime(settings: Settings) -> Runtime:
    """Open what the settings name."""
    models, store = live_models(settings)
    return Runtime(
        database=open_database(
            settings.resolved_database_url,
            pool_size=settings.server_threads + 4,
            keys=encryption_keys(settings),
            survives_power_cuts=settings.sqlite_synchronous == "full",
        ),
        models=models,
        store=store,
        feedback_weights=settings.feedback_weights,
        waiting=Waiting(fresh_s=2, kept_s=60),
        pseudonyms=lambda: Pseudonyms(installation_secret(settings)),
    )


def live_models(settings: Settings) -> tuple[LiveModels, ModelStore | None]:
    """Return the models, and the store that they are pulled from, if there is one."""
    registry = Registry(settings.resolved_models_dir)
    store = model_store(settings, registry)
    models = LiveModels(
        registry,
        poll_s=settings.model_poll_s,
        pull=store.pull if store is not None else None,
        pull_s=settings.models_store_poll_s,
    )
    return models, store


def model_store(settings: Settings, registry: Registry) -> ModelStore | None:
    """Return the store that this machine shares its models through, if it does."""
    if not settings.models_store:
        return None
    bucket = Bucket(settings.models_store, endpoint=settings.models_store_endpoint)
    return ModelStore(registry, bucket)


def encryption_keys(settings: Settings) -> KeySource:
    """Return where the keys of the stored secrets are."""
    if settings.encryption_keys:
        return GivenKeys(settings.encryption_keys)
    return KeyFile(settings.data_dir / KEYS_FILE)


def installation_secret(settings: Settings) -> str:
    """Return the secret key; it is made when it is first needed."""
    return settings.secret_key or kept_secret_key(settings.data_dir)


def delivery_worker(settings: Settings, runtime: Runtime) -> DeliveryWorker:
    """Make a worker that sends what the outbox holds."""
    sending = DeliverySettings(settings.delivery_timeout_s, settings.delivery_attempts)
    return DeliveryWorker(runtime, sending)


def host_poller(settings: Settings, runtime: Runtime) -> HostPoller:
    """Make a worker that reads boards whose webhooks may get lost."""
    return HostPoller(runtime, timeout_s=settings.delivery_timeout_s)


def training_worker(settings: Settings, runtime: Runtime) -> TrainingWorker:
    """Make a worker that runs the training jobs."""
    return TrainingWorker(runtime, settings.data_dir)
