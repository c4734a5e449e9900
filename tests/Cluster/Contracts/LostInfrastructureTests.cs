using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Serialization;
using OrleansSale.GrainInterfaces;
using OrleansSale.Grains.Ledger;
using OrleansSale.Silo.Cluster;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Cluster.Contracts;

/// <summary>
/// Whatever a failing silo lets a front see is known there as lost infrastructure, not as a fault of a program.
/// </summary>
public sealed class LostInfrastructureTests(SharedSale sale) : IClassFixture<SharedSale>
{
    private static readonly Exception[] Failures =
    [
        new OperationCanceledException("an activation took too long"), new TaskCanceledException("so did its task"),
        new ObjectDisposedException("a silo's services"), new IOException("a connection"),
        new NpgsqlException("the membership table"),
        new LedgerUnavailableException("the ledger", new NpgsqlException("its connection")),
        new TimeoutException("an answer"),
    ];

    private readonly Serializer _serializer = new ServiceCollection().AddSerializer()
        .Configure<ExceptionSerializationOptions>(ClusterSilo.TellDatabaseFailures)
        .BuildServiceProvider().GetRequiredService<Serializer>();

    public static TheoryData<string> Names => [.. Failures.Select(failure => failure.GetType().Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task An_actor_whose_activation_fails_is_asked_again_and_answers_then(string name)
    {
        var user = $"weibo:{name}";
        var reservation = sale.Reservation((await sale.CreateBatchAsync()).Id, user);
        sale.Ledger.BreakNextRead(reservation.Stream, Failure(name));
        await Unanswered.ShouldBeAsync(reservation.GetAsync);
        (await FrontRetry.AskAsync(reservation.GetAsync)).Refused.ShouldBe(Refusal.NotFound);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_failure_is_known_on_the_other_side_of_the_wire(string name)
    {
        var failure = Failure(name);
        var told = _serializer.Deserialize<Exception>(_serializer.SerializeToArray(failure))!;
        LostInfrastructure.Is(told).ShouldBeTrue(told.ToString());
        told.Message.ShouldBe(failure.Message);
    }

    [Fact]
    public void A_fault_of_a_program_is_no_lost_infrastructure()
    {
        Exception[] faults = [new InvalidOperationException(), new ArgumentException("which"),
            new NotSupportedException()];
        faults.ShouldAllBe(fault => !LostInfrastructure.Is(fault));
    }

    private static Exception Failure(string name) => Failures.Single(failure => failure.GetType().Name == name);
}
