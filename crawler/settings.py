"""Scrapy settings. Components are named by class, so that a typo fails at import.

FINDINGS of the defaults: Scrapy fetches file:, ftp: and s3: from links, verifies no certificate,
opens a telnet console, takes answers up to 1 GiB and takes a broken robots.txt as leave to fetch
everything. Each of these is changed here or in `crawler.download` and `crawler.politeness`.
"""

from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.extensions.logstats import LogStats

from crawler.config import read_config
from crawler.download import PoliteDownloadHandler
from crawler.extensions import CrawlRecorder
from crawler.guard import MOST_URL_CHARACTERS
from crawler.resolver import GuardedResolver
from crawler.robots import RobotsMiddleware
from pipelines.stages import Clean, Dedupe, Relevance, Store

_config = read_config()

BOT_NAME = "followup"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
USER_AGENT = _config.user_agent

DOWNLOAD_HANDLERS = {
    "http": PoliteDownloadHandler,
    "https": PoliteDownloadHandler,
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
TWISTED_DNS_RESOLVER = GuardedResolver
FOLLOWUP_RESOLVE_PRIVATE = [host.rpartition(":")[0] for host in _config.allow_private]

# One request at a time to a host; the gap itself is kept by the gate in the handler, which counts
# it from the end of the last answer. Scrapy's own delay would count from its beginning.
CONCURRENT_REQUESTS = _config.hosts_at_once
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = 0
DOWNLOAD_DELAY_JITTER = 0
DOWNLOAD_TIMEOUT = _config.request_seconds
DOWNLOAD_MAXSIZE = _config.max_page_bytes
DOWNLOAD_WARNSIZE = 0
URLLENGTH_LIMIT = MOST_URL_CHARACTERS

ROBOTSTXT_OBEY = False  # Scrapy's middleware; ours stands in its place and cannot be switched off
DOWNLOADER_MIDDLEWARES = {RobotsTxtMiddleware: None, RobotsMiddleware: 100}
ITEM_PIPELINES = {Clean: 100, Relevance: 200, Dedupe: 300, Store: 400}
EXTENSIONS = {CrawlRecorder: 0, LogStats: None}

COOKIES_ENABLED = False
HTTPERROR_ALLOW_ALL = True  # every status is an outcome and is counted by the spider
METAREFRESH_ENABLED = False
REDIRECT_MAX_TIMES = 5
REFERER_ENABLED = True
REFERRER_POLICY = "no-referrer"
RETRY_TIMES = 1
RETRY_HTTP_CODES = [500, 502, 504, 522, 524]
RETRY_EXCEPTIONS = [DownloadFailedError, DownloadTimeoutError]
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # the frontier in the store decides

TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
MEMUSAGE_LIMIT_MB = 2_000
LOG_LEVEL = "INFO"
FEED_EXPORT_ENCODING = "utf-8"
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"
