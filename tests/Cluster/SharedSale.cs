using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster;

/// <summary>One sale for all tests of a class, each with batches of its own.</summary>
public sealed class SharedSale : SaleHarness, IAsyncLifetime;
