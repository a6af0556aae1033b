"""The profiles on this machine, by name: a file each in the user's data folder, which nobody else may read."""

from __future__ import annotations

import re
from pathlib import Path

from tenfold.config import default_profiles_dir
from tenfold.errors import UnknownName, UsageError
from tenfold.models.profile import Profile

# Nothing that leads out of the folder, and nothing that is hidden in it.
_NAME = re.compile(r"\w[\w.-]{0,63}")


class ProfileFiles:
    """Profiles in a folder.

    Args:
        folder: By default the user's own; made when the first profile is saved.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or default_profiles_dir()

    def names(self) -> list[str]:
        """Of all there are, sorted."""
        return sorted(path.stem for path in self.folder.glob("*.npz") if _NAME.fullmatch(path.stem))

    def path(self, name: str) -> Path:
        """Where a profile is kept; it need not be there.

        Raises:
            UsageError: If that is no name.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name[:80]!r} is no name for a profile.", "Letters, digits, - . _; at most 64.")
        return self.folder / f"{name}.npz"

    def get(self, name: str) -> Profile:
        """A profile that is there.

        Raises:
            UnknownName: If it is not.
            UsageError: If that is no name.
            DataError: If the file is damaged.
        """
        path = self.path(name)
        if not path.is_file():
            raise UnknownName("profile", name, self.names())
        return Profile.load(path)

    def get_or_new(self, name: str, model: str) -> Profile:
        """A profile that is there, or an empty one.

        Args:
            name: Of the profile.
            model: ``name@hash`` of the network it is for.

        Raises:
            OtherNetwork: If it is there and belongs to another network.
            UsageError: If that is no name.
            DataError: If the file is damaged.
        """
        if not self.path(name).is_file():
            return Profile(model)
        profile = Profile.load(self.path(name))
        profile.check_model(model)
        return profile

    def save(self, name: str, profile: Profile) -> None:
        """Keep a profile; the one of that name is replaced.

        Raises:
            UsageError: If that is no name, or the folder cannot be written to.
        """
        profile.save(self.path(name))

    def reset(self, name: str) -> None:
        """Forget a profile, damaged or whole.

        Raises:
            UnknownName: If there is none of that name.
            UsageError: If that is no name.
        """
        path = self.path(name)
        if not path.is_file():
            raise UnknownName("profile", name, self.names())
        path.unlink()
