"""Exports in the words of exports(5) and of nfs-ganesha."""

from __future__ import annotations

from serai.host.exported import Export, asked, drop_in, ganesha

SHOP = Export(path="/home/ann/my shop", client="192.168.121.7", uid=1000, gid=1000)


def test_everybody_in_the_guest_is_the_owner_of_the_directory() -> None:
    assert drop_in([SHOP], "shop").splitlines()[1] == (
        '"/home/ann/my shop" 192.168.121.7(rw,no_subtree_check,all_squash,anonuid=1000,anongid=1000,insecure)'
    )


def test_machines_of_one_directory_are_one_line() -> None:
    other = Export(path=SHOP.path, client="192.168.121.8", uid=1000, gid=1000, readonly=True)
    lines = drop_in([SHOP, other], "shop").splitlines()
    assert len(lines) == 2
    assert "192.168.121.8(ro," in lines[1]


def test_stated_options_take_the_place_of_the_usual_ones() -> None:
    own = Export(path="/srv", client="10.0.0.2", uid=0, gid=0, options=("rw", "async", "no_root_squash"))
    assert "10.0.0.2(rw,async,no_root_squash,anonuid=0,anongid=0,insecure)" in drop_in([own], "shop")


def test_the_program_of_the_setup_is_asked_in_lines() -> None:
    assert asked([SHOP]) == "rw\t192.168.121.7\t/home/ann/my shop\n"


def test_a_server_of_the_project_s_own_has_one_block_a_directory() -> None:
    other = Export(path=SHOP.path, client="127.0.0.1", uid=1000, gid=1000, readonly=True)
    text = ganesha([SHOP, other], port=2055, address="127.0.0.1", place="/x")
    assert text.count("EXPORT {") == 1
    assert "NFS_Port = 2055;" in text
    assert "Squash = All_Squash;" in text and "Anonymous_Uid = 1000;" in text
    assert "CLIENT { Clients = 192.168.121.7; Access_Type = RW; }" in text
    assert "CLIENT { Clients = 127.0.0.1; Access_Type = RO; }" in text
