"""Articles, posts, repositories and users as objects that asynchronous programs find and save."""

from fair4ml.write.document_classes import Author
from mlentory_crawl.documents.classes import ArticleDocument, PostDocument, RepositoryDocument, UserDocument

__all__ = ["ArticleDocument", "Author", "PostDocument", "RepositoryDocument", "UserDocument"]
