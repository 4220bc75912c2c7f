"""What a drawn photo is of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """One unit in one home. `seed` tells homes apart."""

    category: str
    brand: str
    model: str
    gtin: str
    serial: str
    seed: str

    @property
    def is_refrigerator(self) -> bool:
        return self.category == "refrigerator"

    @property
    def is_air_conditioner(self) -> bool:
        return self.category == "air_conditioner"
