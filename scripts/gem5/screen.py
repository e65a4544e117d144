# SPDX-License-Identifier: GPL-2.0-or-later
"""A screen: the PL111 of a Versatile Express, and the display of Arm's own models of that board. Runs inside gem5.

Linux has drivers for both. gem5's other controller, HDLcd, is followed by an encoder that only gem5's own tree of Linux
has a driver for.
"""
from m5.objects import ArmSPI, Pl111
from m5.util.fdthelper import FdtNode, FdtPropertyStrings, FdtPropertyWords

ADDRESS, INTERRUPT = 0x1C1F0000, 46
# 13 pictures a second of 1024 x 768. Each is read in 400,000 steps, so that more of them cost time; Linux waits no
# longer than 0.1 seconds for one.
PIXEL_CLOCK = "10MHz"
CONTROLLER_END, DISPLAY_END = "screen_controller", "screen_display"


class Screen(Pl111):
    """The controller with its nodes of the device tree, which gem5's own has not."""

    def generateDeviceTree(self, state):
        node = self.generateBasicPioDeviceNode(state, "clcd", self.pio_addr, 0x1000, [self.interrupt])
        node.appendCompatible(["arm,pl111", "arm,primecell"])
        node.append(FdtPropertyStrings("interrupt-names", ["combined"]))
        board = self._parent.unproxy(self)
        clocks = [state.phandle(board.mcc.osc_clcd), state.phandle(board.dcc.osc_smb)]
        node.append(FdtPropertyWords("clocks", clocks))
        node.append(FdtPropertyStrings("clock-names", ["clcdclk", "apb_pclk"]))
        node.append(port(state, CONTROLLER_END, DISPLAY_END))
        yield node
        display = FdtNode("display")
        display.appendCompatible(["arm,rtsm-display"])
        display.append(port(state, DISPLAY_END, CONTROLLER_END))
        yield display


def port(state, own: str, other: str) -> FdtNode:
    """One end of the cable, by the names of both."""
    end = FdtNode("endpoint")
    end.appendPhandle(own)
    end.append(FdtPropertyWords("remote-endpoint", [state.phandle(other)]))
    node = FdtNode("port")
    node.append(end)
    return node


def add(system) -> None:
    """Give a connected system the screen, before its device tree is made, and write its pictures into the output."""
    board = system.realview
    board.screen = Screen(pio_addr=ADDRESS, interrupt=ArmSPI(num=INTERRUPT), pixel_clock=PIXEL_CLOCK,
                          enable_capture=False)
    board._attach_device(board.screen, system.iobus)
    system.vncserver.frame_capture = True
