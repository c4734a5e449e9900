namespace OrleansSale.Tests.House.Round.Beside;

internal sealed class Neighbour
{
    public static async Task<string?> NameAsync()
    {
        await Task.Yield();
        return Above.Composer.Compose().ToString();
    }
}
