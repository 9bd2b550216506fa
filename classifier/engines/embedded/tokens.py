"""Text to the ids of word pieces: SentencePiece's unigram model, the most probable split of each word."""

from functools import lru_cache

from .weights import Vocabulary

SPACE = "\u2581"
NEVER = -1e30


class Tokeniser:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.longest_piece = max(map(len, vocabulary.pieces))
        self.word = lru_cache(maxsize=20_000)(self._split)

    def ids(self, text: str, limit: int) -> list[int]:
        """The text's ids between those of begin and end, at most `limit` in all; of a longer text its two ends."""
        words = text.translate(self.vocabulary.normalised).replace(SPACE, " ").split(" ")
        content = [piece for word in words if word for piece in self.word(SPACE + word)]
        room = limit - 2
        if len(content) > room:
            tail = room // 3
            content = content[: room - tail] + content[-tail:]
        return [self.vocabulary.begin, *content, self.vocabulary.end]

    def _split(self, word: str) -> tuple[int, ...]:
        pieces, size = self.vocabulary.pieces, len(word)
        best, piece_to, start_of = [0.0] + [NEVER] * size, [0] * (size + 1), [0] * (size + 1)
        for start in range(size):
            for end in range(start + 1, min(size, start + self.longest_piece) + 1):
                piece = pieces.get(word[start:end])
                if piece is None:
                    if end > start + 1:
                        continue
                    piece = (self.vocabulary.unknown, self.vocabulary.unknown_score)
                if best[start] + piece[1] > best[end]:
                    best[end], piece_to[end], start_of[end] = best[start] + piece[1], piece[0], start
        ids, end = [], size
        while end:
            ids.append(piece_to[end])
            end = start_of[end]
        return tuple(reversed(ids))
