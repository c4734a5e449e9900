namespace OrleansSale.Tests.House.Round.Above;

// With the folders beside it a cycle of three, on which the test of cycles is tested.
internal static class Composer
{
    public static Func<Below.Part> Compose() => () => new Below.Part();
}
