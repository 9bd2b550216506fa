from django.contrib.auth.hashers import ScryptPasswordHasher

MAX_MEMORY = 64 * 2**20


class RoomyScryptPasswordHasher(ScryptPasswordHasher):
    """Django's own leaves OpenSSL its limit of 32 MB, which N = 32768 needs for itself alone."""

    maxmem = MAX_MEMORY
