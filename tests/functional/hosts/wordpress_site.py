"""A real WordPress, installed for a test: PHP serves it, MariaDB holds it, people use its forms."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
from selectolax.lexbor import LexborHTMLParser

from tests.functional.running_server import free_port

SOURCE = Path("/usr/share/wordpress")
"""Where Debian's package puts it."""

PLUGIN = Path(__file__).parents[3] / "deploy/wordpress/comment-moderation"
_COMMANDS = Path(__file__).parent / "wordpress/command.php"
_DATABASE = {
    "DB_NAME": f"moderation_test_{os.getpid()}",
    "DB_HOST": os.environ.get("TEST_MARIADB_HOST", "127.0.0.1"),
    "DB_USER": os.environ.get("TEST_MARIADB_USER", "root"),
    "DB_PASSWORD": os.environ.get("TEST_MARIADB_PASSWORD", ""),
}
_PASSWORD = "correct horse battery staple"
_CONFIG = """<?php
foreach ( array( 'DB_NAME', 'DB_USER', 'DB_PASSWORD', 'DB_HOST' ) as $name ) {
	define( $name, getenv( $name ) );
}
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
define( 'WP_HOME', 'http://' . getenv( 'SITE_HOST' ) );
define( 'WP_SITEURL', WP_HOME );
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
define( 'AUTOMATIC_UPDATER_DISABLED', true );
foreach ( array( 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ) as $name ) {
	define( $name . '_KEY', 'only for tests' );
	define( $name . '_SALT', 'only for tests' );
}
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
"""
_NO_FLOOD_CHECK = "<?php add_filter( 'wp_is_comment_flood', '__return_false', 99 );"


def missing() -> str:
    """Return what this machine lacks for a WordPress; empty when it has all."""
    if shutil.which("php") is None or not SOURCE.exists():
        return "WordPress is not installed (Debian: apt install wordpress php-cli php-mysql)"
    reach = ["php", str(_COMMANDS), "", "reach"]
    environment = {**_DATABASE, "PATH": os.environ["PATH"]}
    done = subprocess.run(reach, env=environment, capture_output=True, check=False)
    if done.returncode != 0:
        where = "{DB_USER}@{DB_HOST}".format_map(_DATABASE)
        return f"no MariaDB lets {where} in (Debian: apt install mariadb-server; TEST_MARIADB_USER)"
    return ""


class WordPress:
    """An installed site with the plugin in its folder, not yet activated.

    Parameters
    ----------
    folder : Path
        Where it is put.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "site"
        self.host = f"127.0.0.1:{free_port()}"
        self.url = f"http://{self.host}"
        self._environment = {
            **_DATABASE,
            "PATH": os.environ["PATH"],
            "SITE_HOST": self.host,
            "ADMIN_PASSWORD": _PASSWORD,
            "PHP_CLI_SERVER_WORKERS": "3",
        }
        self._log = folder / "php.log"
        self._copy()
        self._ask("install")
        self.admin = httpx.Client(base_url=self.url, timeout=30, follow_redirects=True)
        self.come_back()

    def come_back(self) -> None:
        """Serve the site."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["php", "-S", self.host, "-t", str(self.folder)],
                env=self._environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def close(self) -> None:
        """Stop it and remove its database."""
        self.admin.close()
        self.go_down()
        self._ask("remove")

    def go_down(self) -> None:
        """Serve it no more."""
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(timeout=10)

    def sign_in(self) -> None:
        """Sign the administrator in, as its form does."""
        self.admin.get("/wp-login.php")
        form = {"log": "admin", "pwd": _PASSWORD, "testcookie": "1", "wp-submit": "Log In"}
        answer = self.admin.post("/wp-login.php", data=form)
        assert "Dashboard" in answer.text, self._log.read_text()

    def activate(self) -> None:
        """Activate the plugin by the link on the page of plugins."""
        page = LexborHTMLParser(self.admin.get("/wp-admin/plugins.php").text)
        (link,) = page.css("tr[data-plugin^='comment-moderation/'] .activate a")
        answer = self.admin.get(f"/wp-admin/{link.attributes['href']}")
        assert "Plugin activated." in answer.text

    def configure(self, **fields: str) -> str:
        """Fill in the plugin's settings as its page asks; returns what the page then says."""
        page = LexborHTMLParser(self._settings_page())
        (form,) = page.css("form[action='options.php']")
        data = {node.attributes["name"]: node.attributes["value"] for node in _hidden(form)}
        for name, value in fields.items():
            data[f"comment_moderation_settings[{name}]"] = value
        answer = self.admin.post("/wp-admin/options.php", data=data)
        return answer.text

    def press_test(self) -> str:
        """Press the button that tests the connection; returns what the page then says."""
        page = LexborHTMLParser(self._settings_page())
        (form,) = page.css("form[action$='admin-post.php']")
        data = {node.attributes["name"]: node.attributes["value"] for node in _hidden(form)}
        answer = LexborHTMLParser(self.admin.post("/wp-admin/admin-post.php", data=data).text)
        (notice,) = answer.css(".wrap .notice")
        return notice.text(strip=True)

    def comment(self, text: str, *, author: str = "Sam") -> int:
        """Comment on the first post by the form that readers see; returns WordPress's id."""
        form = {
            "comment_post_ID": "1",
            "comment_parent": "0",
            "comment": text,
            "author": author,
            "email": f"{author}@mail.example",
        }
        answer = httpx.post(f"{self.url}/wp-comments-post.php", data=form, timeout=30)
        assert answer.status_code == 302, answer.text
        found = re.search(r"#comment-(\d+)", answer.headers["location"])
        assert found, answer.headers["location"]
        return int(found[1])

    def shown(self) -> list[str]:
        """Return the comments that a reader of the post sees."""
        page = LexborHTMLParser(httpx.get(f"{self.url}/?p=1", follow_redirects=True).text)
        texts = page.css(".comment-content, .wp-block-comment-content")
        return [node.text(strip=True) for node in texts]

    def statuses(self) -> dict[int, str]:
        """Return what the administrator sees of each comment."""
        answer = self.rest("GET", "/wp/v2/comments?status=all&context=edit&per_page=100")
        statuses = {one["id"]: one["status"] for one in answer}
        for status in ("trash", "spam"):
            answer = self.rest("GET", f"/wp/v2/comments?status={status}&context=edit")
            statuses |= {one["id"]: one["status"] for one in answer}
        return statuses

    def name(self, comment: int) -> str:
        """Return the comment's name with the service."""
        return self._ask("meta", str(comment))

    def run_cron(self) -> None:
        """Do what WordPress has planned, as if all of it were due."""
        self._ask("cron")

    def rest(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Do as the administrator by WordPress's REST API."""
        page = self.admin.get("/wp-admin/admin-ajax.php?action=rest-nonce")
        address = f"/wp-json{path}"
        answer = self.admin.request(method, address, json=body, headers={"X-WP-Nonce": page.text})
        assert answer.is_success, answer.text
        return answer.json()

    def _settings_page(self) -> str:
        return self.admin.get("/wp-admin/options-general.php?page=comment-moderation").text

    def _copy(self) -> None:
        no_translations = shutil.ignore_patterns("languages", "wp-config.php", ".htaccess")
        shutil.copytree(SOURCE, self.folder, ignore=no_translations)
        (self.folder / "wp-config.php").write_text(_CONFIG)
        (self.folder / "wp-content/mu-plugins").mkdir()
        (self.folder / "wp-content/mu-plugins/readers.php").write_text(_NO_FLOOD_CHECK)
        shutil.copytree(PLUGIN, self.folder / "wp-content/plugins/comment-moderation")

    def _ask(self, step: str, *arguments: str) -> str:
        done = subprocess.run(
            ["php", str(_COMMANDS), str(self.folder), step, *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _wait(self) -> None:
        for _ in range(200):
            try:
                self.admin.get("/wp-login.php").raise_for_status()
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError(self._log.read_text())


def _hidden(form: Any) -> Any:
    return form.css("input[type='hidden']")
