"""The archive under faults: killed, cut off from power, out of room, on a failing disk, flipped bits."""
