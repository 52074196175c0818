"""Nothing reaches the network; what an address looks like is answered as Ruby does."""

from __future__ import annotations

import pytest

from ruby_expressions import wrong
from serai.util.errors import SeraiError


@pytest.mark.parametrize(
    "text",
    [
        'Net::HTTP.get(URI("http://a/"))',
        'Net::HTTP.start("a", 80) { }',
        'Net::HTTP::Get.new("/")',
        'Resolv.getaddress("a")',
        'TCPSocket.new("a", 22)',
        "UDPSocket.open { }",
        'require "open-uri"; URI.open("http://a/")',
        'RestClient.get("http://a/")',
        'Net::SSH.start("a", "b")',
    ],
)
def test_it_is_refused_with_the_place(run, text):
    with pytest.raises(SeraiError, match="which needs the network, is not supported") as refused:
        run(text)

    assert str(refused.value.where).startswith("Vagrantfile:1")
    assert "--ruby" in refused.value.hint


def test_each_expression_is_answered_as_by_ruby():
    assert wrong("network") == {}
