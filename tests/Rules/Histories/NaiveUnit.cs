namespace OrleansSale.Tests.Rules.Histories;

/// <summary>The state of one unit.</summary>
internal enum NaiveUnit
{
    Free,
    Held,
    Sold,
    Withdrawn,
}
