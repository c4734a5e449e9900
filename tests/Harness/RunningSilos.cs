using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace OrleansSale.Tests.Harness;

/// <summary>The silos of a harness: the two kinds of test clusters behind one face.</summary>
internal abstract class RunningSilos
{
    public static RunningSilos Build(SaleHarnessOptions options, Action<ISiloBuilder> configure) =>
        options.UsesSockets ? new OverSockets(options, configure) : new InProcess(options, configure);

    public abstract TestCluster? Sockets { get; }

    public abstract IClusterClient Client { get; }

    public abstract IReadOnlyList<SiloAddress> Addresses { get; }

    public abstract IServiceProvider ServicesOf(SiloAddress silo);

    public abstract Task DeployAsync();

    public abstract Task StartOneAsync();

    public abstract Task KillAsync(SiloAddress silo);

    public abstract Task DeactivateAsync(IAddressable actor);

    public abstract Task WaitForDeactivationAsync(IAddressable actor);

    public abstract Task MigrateAsync(IAddressable actor, SiloAddress to);

    public abstract SiloAddress? PlaceOf(IAddressable actor);

    public abstract ValueTask StopAsync();

    private sealed class InProcess : RunningSilos
    {
        private readonly InProcessTestCluster _cluster;

        public InProcess(SaleHarnessOptions options, Action<ISiloBuilder> configure)
        {
            var builder = new InProcessTestClusterBuilder(options.Silos);
            builder.Options.ConfigureFileLogging = false;
            builder.Options.InitializeClientOnDeploy = options.StartsClient;
            builder.Options.ServiceId = "sale";
            builder.ConfigureHost(host => host.Logging.ClearProviders());
            builder.ConfigureSilo((_, silo) => configure(silo));
            _cluster = builder.Build();
        }

        public override TestCluster? Sockets => null;

        public override IClusterClient Client => _cluster.Client;

        public override IReadOnlyList<SiloAddress> Addresses => [.. _cluster.Silos.Select(silo => silo.SiloAddress)];

        public override IServiceProvider ServicesOf(SiloAddress silo) => _cluster.GetSiloServiceProvider(silo);

        public override Task DeployAsync() => _cluster.DeployAsync();

        public override Task StartOneAsync() => _cluster.StartAdditionalSiloAsync();

        public override Task KillAsync(SiloAddress silo) =>
            _cluster.KillSiloAsync(_cluster.Silos.Single(running => running.SiloAddress.Equals(silo)));

        public override Task DeactivateAsync(IAddressable actor) => _cluster.DeactivateAsync(actor);

        public override Task WaitForDeactivationAsync(IAddressable actor) => _cluster.WaitForDeactivationAsync(actor);

        public override Task MigrateAsync(IAddressable actor, SiloAddress to) => _cluster.MigrateAsync(actor, to);

        public override SiloAddress? PlaceOf(IAddressable actor) =>
            _cluster.TryGetGrainContext(actor.GetGrainId(), out var context) ? context.Address.SiloAddress : null;

        public override async ValueTask StopAsync()
        {
            await _cluster.StopAllSilosAsync();
            await _cluster.DisposeAsync();
        }
    }

    private sealed class OverSockets : RunningSilos
    {
        private readonly TestCluster _cluster;

        public OverSockets(SaleHarnessOptions options, Action<ISiloBuilder> configure)
        {
            var builder = new TestClusterBuilder(options.Silos);
            (builder.Options.ConnectionTransport, builder.Options.ConfigureFileLogging) =
                (ConnectionTransportType.TcpSocket, false);
            builder.Options.InitializeClientOnDeploy = options.StartsClient;
            _cluster = builder.Build();
            _cluster.CreateSiloAsync = async (name, configuration) => await InProcessSiloHandle.CreateAsync(
                name, configuration, host => host.UseOrleans((_, silo) => configure(silo)));
        }

        public override TestCluster? Sockets => _cluster;

        public override IClusterClient Client => _cluster.Client;

        public override IReadOnlyList<SiloAddress> Addresses => [.. _cluster.Silos.Select(silo => silo.SiloAddress)];

        public override IServiceProvider ServicesOf(SiloAddress silo) =>
            ((InProcessSiloHandle)_cluster.Silos.Single(running => running.SiloAddress.Equals(silo))).ServiceProvider;

        public override Task DeployAsync() => _cluster.DeployAsync();

        public override Task StartOneAsync() => _cluster.StartAdditionalSiloAsync();

        // The first silo keeps the list of members.
        public override Task KillAsync(SiloAddress silo) => _cluster.Primary?.SiloAddress.Equals(silo) == true
            ? throw new InvalidOperationException(
                "Over sockets the first silo keeps the list of members: kill another one.")
            : _cluster.KillSiloAsync(_cluster.Silos.Single(running => running.SiloAddress.Equals(silo)));

        public override Task DeactivateAsync(IAddressable actor) => _cluster.DeactivateAsync(actor);

        public override Task WaitForDeactivationAsync(IAddressable actor) => _cluster.WaitForDeactivationAsync(actor);

        public override Task MigrateAsync(IAddressable actor, SiloAddress to) => _cluster.MigrateAsync(actor, to);

        public override SiloAddress? PlaceOf(IAddressable actor) =>
            _cluster.TryGetGrainContext(actor.GetGrainId(), out var context) ? context.Address.SiloAddress : null;

        public override async ValueTask StopAsync()
        {
            await _cluster.StopAllSilosAsync();
            await _cluster.DisposeAsync();
        }
    }
}
