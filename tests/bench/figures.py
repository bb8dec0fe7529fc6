"""Lines for tests/bench/run, as bench.h has them: four digits are what a measurement is good for."""


def say(name, unit, figure, target=""):
    digits = 0 if figure >= 1000 else 1 if figure >= 100 else 2 if figure >= 10 else 3
    print(f"{name}\t{unit}\t{figure:.{digits}f}\t{target}\t0", flush=True)
