namespace OrleansSale.Tests.House.Round;

// It uses the cycle and is no part of it.
internal static class Visitor
{
    public static object See() => Above.Composer.Compose();
}
