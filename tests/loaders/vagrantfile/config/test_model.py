"""Options as one provider sees them."""

from __future__ import annotations

from serai.loaders.vagrantfile.config.model import scoped, text_of


def test_a_provider_s_own_option_counts_before_the_general_one() -> None:
    options = {"ip": "10.0.0.2", "libvirt__ip": "10.0.0.3", "virtualbox__intnet": True, "mac": "52"}
    assert scoped(options, "libvirt") == {"ip": "10.0.0.3", "mac": "52"}
    assert scoped(options, "virtualbox") == {"ip": "10.0.0.2", "mac": "52", "intnet": True}


def test_a_text_is_what_ruby_makes_of_a_value() -> None:
    assert [text_of(value) for value in (None, True, 2, "a")] == ["", "true", "2", "a"]
