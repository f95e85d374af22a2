"""Reception: what this is, a sick and a treated network that train, four doors, the latest runs; or a demonstration."""

from ui.frame import RECEPTION, frame
from ui.reception_demonstration import SHOW_ME, asked, demonstration, show_me_button
from ui.reception_doors import doors
from ui.reception_picture import sick_and_treated
from ui.reception_runs import latest_part


def main() -> None:
    with frame(SHOW_ME if asked() else RECEPTION):
        if asked():
            demonstration()
        else:
            show_me_button()
            sick_and_treated()
            doors()
            latest_part()


if __name__ == "__main__":
    main()
