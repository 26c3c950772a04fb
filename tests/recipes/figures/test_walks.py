"""Texts on the way from one to another."""

from recipes.figures import walks


def test_each_walk_is_a_column_of_its_texts_and_the_ends_are_grey():
    found = walks.draw([["a", "b", "七人 $x$", "c"], ["d", "", "e", "f"]], "walks")
    columns = [[text.get_text() for text in plot.texts] for plot in found.axes]
    assert columns[0] == ["a", "b", "七人 $x$", "c"]
    assert len(columns[1]) == 4
    colors = [text.get_color() for text in found.axes[0].texts]
    assert colors[0] == colors[3] != colors[1] == colors[2] == "black"
    found.canvas.draw()
