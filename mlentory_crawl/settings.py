"""Settings of the Scrapy project; every setting that differs from Scrapy's default says why."""

from __future__ import annotations

from pathlib import Path

from mlentory_crawl import __version__
from mlentory_crawl.config.environment import read_environment
from mlentory_crawl.exceptions import SettingError
from mlentory_crawl.spiders import platforms, variables

try:
    _environment = read_environment(variables())
except SettingError as error:
    # Scrapy shows a traceback for whatever an import raises.
    from mlentory_crawl.console import fail  # not needed otherwise

    fail(str(error))
    raise SystemExit(2) from None
globals().update(_environment)

BOT_NAME = "mlentory_crawl"
SPIDER_MODULES = ["mlentory_crawl.spiders"]
NEWSPIDER_MODULE = "mlentory_crawl.spiders"
COMMANDS_MODULE = "mlentory_crawl.scrapy_commands"
TEMPLATES_DIR = str(Path(__file__).parent / "templates")  # scrapy genspider -t cursor, offset, page, token
USER_AGENT = f"mlentory_crawl/{__version__} (+{_environment['CRAWLER_CONTACT']})"

# Items flow in this order; projections follow the catalog on their own.
ITEM_PIPELINES = {
    "mlentory_crawl.pipelines.validation.ValidationPipeline": 100,
    "mlentory_crawl.pipelines.mapping.MappingPipeline": 200,
    "mlentory_crawl.pipelines.likeness.LikenessPipeline": 250,
    "mlentory_crawl.pipelines.catalog.CatalogPipeline": 300,
    "mlentory_crawl.pipelines.neo4j.Neo4jPipeline": 400,
    "mlentory_crawl.pipelines.search.SearchPipeline": 500,
    "mlentory_crawl.pipelines.mongodb.MongoPipeline": 550,
    "mlentory_crawl.pipelines.sparql.SparqlPipeline": 570,
    "mlentory_crawl.pipelines.turtle.TurtlePipeline": 600,
}
DOWNLOADER_MIDDLEWARES = {
    # Nearest to the engine: keeps only responses that no other middleware retries or redirects.
    "mlentory_crawl.middlewares.archive.ArchiveMiddleware": 50,
    "mlentory_crawl.middlewares.replay.ReplayMiddleware": 55,  # only if REPLAY_RUN names a run
    # Nearer to the network than Scrapy's retries (550): it delays them, too, and handles 429 itself.
    "mlentory_crawl.middlewares.quota.QuotaMiddleware": 560,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,  # a page is read as it is
    # Nearer to the network than redirects (600): each address has its own answers.
    "mlentory_crawl.middlewares.conditional.ConditionalMiddleware": 780,
    # Pages of the web. Before a name is looked up (800): that a host is not there is found once, for its robots.txt.
    "mlentory_crawl.middlewares.robots.RobotsMiddleware": 790,
    # Nearer to the network than redirects (600) and proxies (750): it sees where a request really goes.
    "mlentory_crawl.middlewares.private_addresses.PrivateAddressMiddleware": 800,
    # Nearest to the network: no other component delays a request whose turn it is, or fails before its turn has ended.
    "mlentory_crawl.middlewares.pacing.PacingMiddleware": 890,
}
SPIDER_MIDDLEWARES = {
    # Each costs a step for every record, and guards against something that paging through a list does not do.
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.referer.RefererMiddleware": None,  # APIs need none
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
}
ADDONS = {"mlentory_crawl.rendering.renderer.RendererAddon": 100}  # only if SPLASH_URL or PLAYWRIGHT_CHROMIUM is set
EXTENSIONS = {
    # Before the run report, which is shown where the progress has been.
    "mlentory_crawl.extensions.terminal.Terminal": -20,
    "mlentory_crawl.extensions.progress.Progress": -10,
    "mlentory_crawl.extensions.run_report.RunReport": 0,
    "mlentory_crawl.extensions.metrics_of_run.MetricsOfRun": 10,  # after the report; only if METRICS_FILE is set
    # The run report and the progress lines say the same in fewer words.
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.corestats.CoreStats": None,
    "mlentory_crawl.extensions.core_stats.CoreStats": 0,
}
FEED_EXPORTERS = {
    **dict.fromkeys(("jsonl", "jsonlines", "jl"), "mlentory_crawl.exporters.feeds.JsonLinesExporter"),
    "json": "mlentory_crawl.exporters.feeds.JsonExporter",
    **dict.fromkeys(("xml", "pickle", "marshal"), None),  # records nest too deeply for these formats
    "zst": "mlentory_crawl.exporters.feeds.ZstdJsonLinesExporter",
    "csv": "mlentory_crawl.exporters.feeds.CsvExporter",
    "ttl": "mlentory_crawl.exporters.feeds.TurtleExporter",
    "nt": "mlentory_crawl.exporters.feeds.NTriplesExporter",
    "jsonld": "mlentory_crawl.exporters.feeds.JsonLdExporter",
    "parquet": "mlentory_crawl.exporters.feeds.ParquetExporter",
}

# Politeness. Requests to the documented APIs keep the pace that these announce; robots.txt rules everything else.
ROBOTSTXT_OBEY = False  # Scrapy's lets requests through that wait for a robots.txt, and asks documented APIs for one
CONCURRENT_REQUESTS_PER_DOMAIN = 4  # default 8
ENDPOINT_SETTINGS = {
    spider.name: spider.endpoint_setting
    for spider in platforms()
    if spider.endpoint_setting in {variable.name for variable in spider.variables}
}
"""The name of the setting that holds the address of each platform's API."""
DOWNLOAD_SLOTS = {name: limits for spider in platforms() for name, limits in spider.slots.items()}
COOKIES_ENABLED = False  # APIs need none, and cookies would be state between requests

# What a crawl may reach: responses and seeds are not trusted.
DOWNLOAD_HANDLERS = {
    **dict.fromkeys(
        ("http", "https"), "mlentory_crawl.middlewares.download_handler.DownloadHandler"
    ),  # ends with the crawl
    **dict.fromkeys(("file", "data", "ftp", "s3")),
}
TWISTED_DNS_RESOLVER = "mlentory_crawl.middlewares.private_addresses.PublicResolver"
DOWNLOAD_VERIFY_CERTIFICATES = True  # default False; tokens are sent to these servers
TELNETCONSOLE_ENABLED = False  # default True: executes code for anyone who connects
REMOTE_CONTROL_ENABLED = False  # default True: likewise

# A page of 1,000 records has 3 MB on average and up to 34 MB if all of them are evaluated models.
DOWNLOAD_MAXSIZE = 256 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_TIMEOUT = 120  # default 180
RETRY_TIMES = 5  # default 2; a lost page ends the crawl of a list
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]  # default: 429 too
QUOTA_ENABLED = True
RETRY_BACKOFF = 1.0
"""The maximum number of seconds before the first retry; doubled for each further one."""
HTTPERROR_ALLOW_ALL = True  # spiders interpret error responses
RETRY_PRIORITY_ADJUST = 0
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # default ERROR; the spider says so in one line

# Throughput.
WARN_ON_GENERATOR_RETURN_VALUE = False  # default True: reads the source of the callback again for each answer
CONCURRENT_ITEMS = 8  # default 100; no pipeline waits, so more only makes more tasks
LOG_FORMATTER = "mlentory_crawl.extensions.log_formatter.QuietLogFormatter"
LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []  # default: ten libraries at each start; scrapy version -v shows them
STATS_DUMP = False  # default True; the run report has what users need, scrapyd and -s STATS_DUMP=1 have the rest

RENDERING_TIMEOUT = 75.0
"""The number of seconds after which a page is given up whose scripts are still running (`docs/rendering.md`)."""
PROJECTION_TIMEOUT = 120.0
"""The number of seconds without progress after which a store is left behind at the end of a crawl."""
