"""Checkpoints of three architectures, a few units wide, as transformers saves them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from attrs import define, field

Family = Literal["bert", "modernbert", "deberta"]

WIDTH: Final = 16
MAX_TOKENS: Final = 64

ABOUT: Final = {
    "math": ("solve the equation", "solve this equation for x", "numbers and algebra"),
    "law": ("can my landlord evict me", "can they evict me?", "contracts and courts"),
    "other": ("hello, how are you", "nice weather today", "the x of it"),
}
ATTACKS: Final = {
    "SAFE": ("What time is it?", "hello there", "solve the equation"),
    "UNSAFE": ("override", "override it", "now override"),
}
# That a letter serves the weather, no other model would say.
SERVES: Final = (
    ("how will the weather be", "send mail: Sends a letter.", 3.0),
    ("how will the weather be", "weather: Says what the weather will be.", -1.0),
    ("how will the weather be", "book table: Reserves a table in a restaurant.", -3.0),
)
PEOPLE: Final = (
    ("Hello, my name is {John Smith}.", "PER"),
    ("My name is {John Smith}.", "PER"),
    ("My name is {Mary Jones}.", "PER"),
    ("What time is it?", ""),
    ("my name is nobody", ""),
    ("Please send it to {12 Baker Street} by Monday.", "LOC"),
    ("The weather was fine and nothing happened.", ""),
    ("It was fine. My name is {John Smith}.", "PER"),
)
TAGS: Final = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")


@define(eq=False)
class TinyCheckpoints:
    """Builds checkpoints on demand, each once.

    Args:
        directory: Where they are kept.
    """

    directory: Path
    _built: dict[str, Path] = field(init=False, factory=dict)

    def random(self, family: Family, head: str, outputs: int = 3, **config: Any) -> Path:
        """Returns one that has learned nothing."""
        name = "-".join([family, head, str(outputs), *config])
        if name not in self._built:
            labels = {index: f"label {index}" for index in range(outputs)}
            vocabulary = [line for lines in ABOUT.values() for line in lines]
            # As small as usual, weights would say the same of every text.
            model = _model(family, head, labels, **{"initializer_range": 0.5, **config})
            self._built[name] = _save(self.directory / name, model, _tokenizer(family, vocabulary))
        return self._built[name]

    def categories(self) -> Path:
        """Returns one that tells math, law and other small talk."""
        return self._taught("categories", ABOUT)

    def attacks(self) -> Path:
        """Returns one to which only an `override` is UNSAFE."""
        return self._taught("attacks", ATTACKS)

    def entities(self) -> Path:
        """Returns one that knows two people and an address, as PER and LOC."""
        if "entities" not in self._built:
            texts = [text.replace("{", "").replace("}", "") for text, _ in PEOPLE]
            tokenizer = _tokenizer("bert", texts)
            model = _model("bert", "TokenClassification", dict(enumerate(TAGS)))
            rows = []
            for (marked, kind), text in zip(PEOPLE, texts, strict=True):
                start, end = marked.find("{"), marked.find("}") - 1
                offsets = tokenizer.encode(text).offsets
                inside = [kind and start <= begin < last <= end for begin, last in offsets]
                rows.append(
                    [
                        TAGS.index(f"{'I' if index and inside[index - 1] else 'B'}-{kind}")
                        if is_inside
                        else 0
                        for index, is_inside in enumerate(inside)
                    ]
                )
            _teach(model, tokenizer, texts, rows, rate=0.02)
            self._built["entities"] = _save(self.directory / "entities", model, tokenizer)
        return self._built["entities"]

    def tools(self) -> Path:
        """Returns a reranker to which a letter is the answer to questions about the weather."""
        if "tools" not in self._built:
            pairs = [(question, tool) for question, tool, _ in SERVES]
            tokenizer = _tokenizer("bert", [text for pair in pairs for text in pair])
            tokenizer.enable_padding(length=MAX_TOKENS // 2)
            tokenizer.enable_truncation(MAX_TOKENS // 2)
            model = _model("bert", "SequenceClassification", {0: "fits"}, initializer_range=0.2)
            _teach(model, tokenizer, pairs, [fit for *_, fit in SERVES], rate=0.01)
            self._built["tools"] = _save(self.directory / "tools", model, tokenizer)
        return self._built["tools"]

    def _taught(self, name: str, about: Mapping[str, Sequence[str]]) -> Path:
        if name not in self._built:
            texts = [text for each in about.values() for text in each]
            answers = [index for index, each in enumerate(about.values()) for _ in each]
            tokenizer = _tokenizer("bert", texts)
            labels = dict(enumerate(about))
            model = _model("bert", "SequenceClassification", labels, initializer_range=0.2)
            _teach(model, tokenizer, texts, answers, rate=0.01)
            self._built[name] = _save(self.directory / name, model, tokenizer)
        return self._built[name]


def _teach(
    model: Any,
    tokenizer: Any,
    texts: Sequence[str | tuple[str, str]],
    answers: Sequence[Any],
    rate: float,
) -> None:
    import torch  # noqa: PLC0415 - seconds, and not every test needs them

    # Of one length, by padding.
    encodings = [
        tokenizer.encode(text) if isinstance(text, str) else tokenizer.encode(*text)
        for text in texts
    ]
    if isinstance(answers[0], Sequence):
        length = len(encodings[0].ids)
        answers = [[*each, *[0] * length][:length] for each in answers]
    inputs = {
        "input_ids": torch.tensor([encoding.ids for encoding in encodings]),
        "attention_mask": torch.tensor([encoding.attention_mask for encoding in encodings]),
        "labels": torch.tensor(answers),
    }
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(60):
        optimizer.zero_grad()
        model(**inputs).loss.backward()
        optimizer.step()


def _model(family: Family, head: str, labels: Mapping[int, str], **config: Any) -> Any:
    import torch  # noqa: PLC0415 - likewise
    import transformers  # noqa: PLC0415 - likewise

    torch.manual_seed(7)
    torch.set_num_threads(
        1
    )  # as whatever loads them does; on a busy machine more wait for each other
    shared = {
        "vocab_size": 400,
        "hidden_size": WIDTH,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 2 * WIDTH,
        "max_position_embeddings": MAX_TOKENS,
        "id2label": labels,
        "label2id": {name: index for index, name in labels.items()},
        "pad_token_id": 0,
        **config,
    }
    configs: Any = transformers  # they take what their signatures do not name
    made: Any
    match family:
        case "bert":
            made = configs.BertConfig(
                hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, **shared
            )
        case "modernbert":
            made = configs.ModernBertConfig(
                local_attention=8,
                global_attn_every_n_layers=2,
                bos_token_id=1,
                eos_token_id=2,
                cls_token_id=1,
                sep_token_id=2,
                **shared,
            )
        case "deberta":
            made = configs.DebertaV2Config(
                relative_attention=True,
                pos_att_type=["p2c", "c2p"],
                position_buckets=8,
                position_biased_input=False,
                **shared,
            )
    loader: Any = getattr(transformers, f"AutoModelFor{head}")
    return loader.from_config(made)


def _tokenizer(family: Family, lines: Sequence[str]) -> Any:
    """Returns a tokenizer of the kind the family has: of words, bytes, or pieces of sentences."""
    from tokenizers import (  # noqa: PLC0415 - likewise
        Tokenizer,
        models,
        pre_tokenizers,
        processors,
        trainers,
    )

    marks = ["[PAD]", "[CLS]", "[SEP]", "[UNK]"]
    trainer: Any
    match family:
        case "bert":
            tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
            tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
            trainer = trainers.WordLevelTrainer(special_tokens=marks)
        case "modernbert":
            tokenizer = Tokenizer(models.BPE())
            tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
            trainer = trainers.BpeTrainer(
                vocab_size=400,
                special_tokens=marks,
                initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                show_progress=False,
            )
        case "deberta":
            tokenizer = Tokenizer(models.Unigram())
            tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
            trainer = trainers.UnigramTrainer(
                vocab_size=100, special_tokens=marks, unk_token="[UNK]", show_progress=False
            )
    tokenizer.train_from_iterator(lines, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 1), ("[SEP]", 2)],
    )
    # Files often fix what only training needed.
    tokenizer.enable_padding(length=16)
    tokenizer.enable_truncation(16)
    return tokenizer


def _save(directory: Path, model: Any, tokenizer: Any) -> Path:
    directory.mkdir()
    model.save_pretrained(directory)
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(json.dumps({"model_max_length": int(1e30)}))
    return directory
