from rest_framework.request import Request

from classifier.models import Comment


def etag(comment: Comment) -> str:
    return f'"{comment.pk}-{comment.version}"'


def matches(request: Request, comment: Comment) -> bool:
    """Whether `If-Match` names the comment as it is; without the header, yes.

    A tag that a proxy weakened on compressing (`W/`) counts: refusing it would send the client round in circles.
    """
    sent = request.headers.get("If-Match")
    if sent is None or sent.strip() == "*":
        return True
    return etag(comment) in [tag.strip().removeprefix("W/") for tag in sent.split(",")]
