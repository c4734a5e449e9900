using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OrleansSale.Api.SignIn.Platforms;
using OrleansSale.Tests.Harness;
using OrleansSale.Tests.Platforms;

namespace OrleansSale.Tests.Api.SignIn.Platforms;

/// <summary>
/// One front, and one platform of people behind three of its channels. Tests run one after another, and each says anew
/// what the platform does.
/// </summary>
[CollectionDefinition(Name)]
public sealed class PlatformTests : ICollectionFixture<PlatformTests.Fixture>
{
    public const string Name = "one front with platforms";

    public sealed class Fixture : IAsyncLifetime
    {
        internal LogLines Log { get; } = new(LogLevel.Trace, "");

        /// <summary>The clock of what a sign-in waits for.</summary>
        internal FakeTimeProvider Patience { get; } = new();

        internal OpenIdProvider Provider { get; private set; } = null!;

        internal SaleFront Sale { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Provider = await OpenIdProvider.StartAsync();
            Sale = await SaleFront.StartAsync(new FrontPlan
            {
                Settings = new(
                [
                    .. Provider.SettingsOf("club", "The Club", "俱乐部"),
                    .. Provider.SettingsOf("other", "The Others", "其他"),
                    new("Channels:gone:SignIn:Issuer", "http://127.0.0.1:9/"),
                    new("Channels:gone:SignIn:ClientId", "a"), new("Channels:gone:SignIn:ClientSecret", "b"),
                    new("Operators:0:Channel", "club"), new("Operators:0:Subject", "boss"),
                    new("Operators:1:Channel", "club"), new("Operators:1:Claim", "groups"),
                    new("Operators:1:Value", "sales"),
                    new("Operators:2:Channel", "club"), new("Operators:2:Subject", "boss"),
                    new("Operators:2:Role", "auditor"),
                ]),
                Services = services =>
                {
                    services.AddLogging(logging => logging.AddProvider(Log));
                    services.Replace(ServiceDescriptor.Singleton(provider =>
                        ActivatorUtilities.CreateInstance<PlatformSignIn>(provider, (TimeProvider)Patience)));
                },
            });
        }

        public async ValueTask DisposeAsync()
        {
            await Sale.DisposeAsync();
            await Provider.DisposeAsync();
        }
    }
}
