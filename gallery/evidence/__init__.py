"""Evidence packs: what proves a count or a signed stocktake, as one ZIP that anybody can verify."""
