namespace OrleansSale.Tests.Api.Front;

/// <summary>
/// One front in Development for many classes. They run one after another, so each may move its clock.
/// </summary>
[CollectionDefinition(Name)]
public sealed class SaleTests : ICollectionFixture<SaleTests.Fixture>
{
    public const string Name = "one front in Development";

    public sealed class Fixture : IAsyncLifetime
    {
        internal SaleFront Front { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Front = await SaleFront.StartAsync();

        public ValueTask DisposeAsync() => Front.DisposeAsync();
    }
}
