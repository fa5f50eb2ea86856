"""Turns a diffusers folder of the Wan text-to-video family into TorchScript modules and a manifest."""
