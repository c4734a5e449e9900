using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Compare.Stages;

namespace OrleansSale.Tests.Judgement.Compare;

/// <summary>Every contender does what it is measured for; each is started as it is for a comparison.</summary>
public sealed class Proofs
{
    public static TheoryData<string> Names =>
        [.. Contender.All.Where(contender => !contender.Refuses).Select(contender => contender.Name)];

    [Theory, MemberData(nameof(Names))]
    public async Task A_contender_checks_the_credential_and_serves_a_user_once(string name)
    {
        var contender = Contender.All.Single(contender => contender.Name == name);
        await using var stage = await StartAsync(contender);
        var told = new Told([await new Proof(contender, stage).RunAsync(TestContext.Current.CancellationToken)]);
        if (!contender.Stores) return;
        var stored = await stage.ReadAsync(Proof.Batch, told, TestContext.Current.CancellationToken);
        stored.ShouldNotBeNull().Judge(told).ShouldBeEmpty();
        (stored.Stock ?? 1, stored.Left, stored.Orders.Count, stored.Broken.Count).ShouldBe((1, 0, 1, 0));
    }

    [Fact]
    public async Task A_server_that_stores_nothing_is_not_taken_for_one_that_sells()
    {
        await using var stage = await StartAsync(Contender.All.Single(contender => contender.Name == Contender.NoOp));
        var purchase = Contender.All.Single(contender => contender.Name == Contender.Purchase);
        var failure = await Should.ThrowAsync<EngineException>(
            () => new Proof(purchase, stage).RunAsync(TestContext.Current.CancellationToken));
        failure.Message.ShouldContain("a repeat was answered 201");
    }

    private static Task<Stage> StartAsync(Contender contender) =>
        Stage.StartAsync(contender, TestContext.Current.CancellationToken);
}
