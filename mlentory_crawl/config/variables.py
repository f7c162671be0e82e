"""The settings: their names, their defaults, and what they mean."""

from __future__ import annotations

from dataclasses import dataclass

PROJECT_URL = "https://github.com/mlentory/mlentory_crawl"
DATA_DIR = "data"


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting.

    Attributes:
        name: of the environment variable and of the Scrapy setting.
        default: the value on a machine without any configuration; None leaves the feature switched off.
        meaning: one sentence for the reader of ``.env.example``.
        secret: whether its value is never shown, and may stand in a file that ``<name>_FILE`` names.
    """

    name: str
    default: str | None
    meaning: str
    secret: bool = False


VARIABLES = (
    Variable("MLENTORY_DATA_DIR", DATA_DIR, "Directory of the catalog, the search index and all files."),
    Variable("MLENTORY_DATA_ACCESS", "group", "Who can read that directory: owner, group (users of the group) or all."),
    Variable("QUOTA_SHARE", "0.9", "Share of a service's announced quota that a crawl uses: above 0, at most 1."),
    Variable(
        "NEO4J_URI",
        None,
        "Address of a Neo4j server (5 or newer), such as neo4j://localhost:7687; if unset, no graph is kept.",
    ),
    Variable("NEO4J_USERNAME", None, "User name for Neo4j; if unset: neo4j."),
    Variable("NEO4J_PASSWORD", None, "Password for Neo4j; if unset, no authentication is used.", secret=True),
    Variable(
        "NEO4J_DATABASE",
        None,
        "Database in Neo4j, which must be empty or written by mlentory; if unset, the default database.",
    ),
    Variable(
        "RAW_KEEP_RUNS",
        "7",
        "Minimum number of last runs whose raw responses are kept; those since the last complete census always are.",
    ),
    Variable(
        "ELASTICSEARCH_URL",
        None,
        "Address of an Elasticsearch server (8 or 9), such as https://localhost:9200; if unset, the embedded index.",
    ),
    Variable(
        "ELASTICSEARCH_API_KEY",
        None,
        "Encoded API key for Elasticsearch, instead of user name and password.",
        secret=True,
    ),
    Variable("ELASTICSEARCH_USERNAME", None, "User name for Elasticsearch; if unset and there is a password: elastic."),
    Variable(
        "ELASTICSEARCH_PASSWORD",
        None,
        "Password for Elasticsearch; if neither it nor an API key is set, no authentication is used.",
        secret=True,
    ),
    Variable("ELASTICSEARCH_INDEX_PREFIX", "mlentory", "Prefix of the names of the index and its aliases."),
    Variable(
        "MONGODB_URI",
        None,
        "Address of a MongoDB server, such as mongodb://localhost:27017; if unset, documents stay in the catalog.",
        # Providers hand it out with the password in it, and its options can hold further ones.
        secret=True,
    ),
    Variable("MONGODB_USERNAME", None, "User name for MongoDB; if unset and there is a password: mlentory."),
    Variable(
        "MONGODB_PASSWORD",
        None,
        "Password for MongoDB; if neither it nor the address has one, no authentication is used.",
        secret=True,
    ),
    Variable(
        "MONGODB_DATABASE",
        "mlentory",
        "Database in MongoDB, whose collections of documents must be empty or written by mlentory.",
    ),
    Variable(
        "PROJECTIONS",
        None,
        "Comma-separated projections that crawls keep up to date, such as search, or none; if unset, all but sparql.",
    ),
    Variable("CRAWLER_CONTACT", PROJECT_URL, "Contact of whoever runs the crawler, sent in the User-Agent header."),
    Variable(
        "PAGE_DELAY",
        "1",
        "Seconds between two requests for pages of one host, at most 60; robots.txt may ask for more.",
    ),
    Variable(
        "PAGES_PER_HOST", "500", "Maximum number of requests for pages of one host in a run; the same command goes on."
    ),
    Variable(
        "PLAYWRIGHT_CHROMIUM",
        None,
        "Chromium that renders pages whose text their scripts put there, such as /usr/bin/chromium; if unset, none is.",
    ),
    Variable(
        "SPLASH_URL",
        None,
        "Address of a Splash server that renders them instead, such as http://localhost:8050; see docs/rendering.md.",
    ),
    Variable(
        "ALLOWED_PRIVATE_HOSTS",
        None,
        "Comma-separated hosts in private networks that seeds and responses may lead to; APIs reach their endpoints.",
    ),
    Variable(
        "METRICS_FILE",
        None,
        "File for the metrics of the last runs, named *.prom in the folder of node-exporter's textfile collector.",
    ),
    Variable("SERVE_HOST", "127.0.0.1", "Address that the service listens on; SERVE_HOSTS is needed for all others."),
    Variable("SERVE_PORT", "8010", "Port that the service listens on; 0 for any that is free."),
    Variable("SERVE_KEYS", "optional", "Who can ask the service without a key: optional (everybody) or required."),
    Variable(
        "SERVE_HOSTS",
        None,
        "Comma-separated names by which the service is reached; required where other machines can reach it.",
    ),
    Variable(
        "SERVE_PROXIES",
        None,
        "Comma-separated addresses or networks of reverse proxies, whose X-Forwarded-For names the client.",
    ),
    Variable(
        "SERVE_RATE", "600", "Number of units that a client of the service can use in a minute; a search costs one."
    ),
    Variable(
        "SERVE_STATE_DIR",
        None,
        "Directory of the keys, which the service writes; if unset, MLENTORY_DATA_DIR has them.",
    ),
    Variable("SERVE_ACCESS_LOG", "no", "Whether the service writes a line for each request: yes or no."),
    Variable("SERVE_AUDIT_DAYS", "180", "Number of days for which the service keeps the entries of its audit."),
    Variable("SERVE_AUDIT_QUERIES", "no", "Whether the audit has the texts of SPARQL queries: yes or no."),
    Variable(
        "SERVE_ORIGINS",
        None,
        "Comma-separated origins, such as https://notebook.example.org, whose pages may read the API; if unset, none.",
    ),
    Variable(
        "OIDC_ISSUER",
        None,
        "Address of the OpenID provider with whose accounts people sign in to the pages; if unset, nobody can.",
    ),
    Variable("OIDC_CLIENT_ID", None, "Name of the service at that provider."),
    Variable("OIDC_CLIENT_SECRET", None, "Secret of the service at that provider, if it has one.", secret=True),
    Variable("OIDC_ROLE_CLAIM", None, "Claim with the roles of a person, such as roles; if unset, all are readers."),
    Variable("OIDC_SESSION_HOURS", "8", "Number of hours until a person has to sign in again."),
)
