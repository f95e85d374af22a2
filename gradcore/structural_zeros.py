def zero_by_construction(steps):
    return {}
