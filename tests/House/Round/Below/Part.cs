namespace OrleansSale.Tests.House.Round.Below;

internal sealed class Part
{
    private readonly List<Beside.Neighbour> _neighbours = [];

    public int Count => _neighbours.Count;
}
