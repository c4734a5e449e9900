using System.Reflection;
using System.Security.Claims;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OrleansSale.Api.Actors;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;

namespace OrleansSale.Tests.Api.SignIn;

/// <summary>An ended session, and a lost role, are worth nothing within a minute, at every front.</summary>
[Collection(SaleTests.Name)]
public sealed class SessionEndTests(SaleTests.Fixture fixture)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1), Moment = TimeSpan.FromMilliseconds(1);

    private readonly SaleFront _sale = fixture.Front;

    // Of the other fronts, which know of the sessions what the actors tell them.
    private readonly FakeTimeProvider _clock = new(fixture.Front.Clock.GetUtcNow());

    [Fact]
    public async Task A_copied_cookie_is_worth_nothing_once_its_user_has_signed_out()
    {
        var (cookie, another) = (await _sale.SignInAsync("olga"), await _sale.SignInAsync("olga"));
        (await SendAsync("DELETE", "/api/me/session", cookie)).Is(204);
        (await SendAsync("GET", "/api/me", cookie)).Is(200)["user"].ShouldBeNull();
        (await SendAsync("GET", "/api/me/orders?batch=b-1", cookie)).IsRefusal(401, "unauthenticated");
        (await SendAsync("DELETE", "/api/me/session", cookie)).Is(204);
        (await SendAsync("GET", "/api/me", another))
            .Is(200)["user"].ShouldBe("weibo:olga", "another session of hers goes on");
    }

    [Fact]
    public async Task Other_fronts_know_it_within_a_minute_and_so_does_a_silo_that_has_forgotten()
    {
        using var here = NewFront(Actors());
        using var there = NewFront(Actors());
        var session = await here.BeginAsync("pia", "weibo", "Pia", []);
        (await there.ConfirmAsync(session)).ShouldBe(session);
        await here.EndAsync(session);
        (await here.ConfirmAsync(session)).ShouldBeNull();
        _clock.Advance(Sessions.BelievedFor + Moment);
        (await there.ConfirmAsync(session)).ShouldBeNull();
        Sessions.BelievedFor.ShouldBeLessThan(Minute);

        await Actors().GetGrain<IManagementGrain>(0)
            .ForceActivationCollection(TimeSpan.Zero, TestContext.Current.CancellationToken);
        using var later = NewFront(Actors());
        (await later.ConfirmAsync(session)).ShouldBeNull("it is stored");
    }

    [Fact]
    public async Task An_operator_ends_all_sessions_of_a_user_and_says_why()
    {
        using var there = NewFront(Actors());
        var (one, other) =
            (await there.BeginAsync("rita", "weibo", null, []), await there.BeginAsync("rita", "weibo", null, []));
        var cookie = await _sale.SignInAsync("rita");
        const string path = "/api/operator/users/end-sessions";
        var body = new JsonObject { ["user"] = "weibo:rita", ["reason"] = "a stolen telephone" };
        (await _sale.Client.PostAsync(path, body: body)).IsRefusal(401, "unauthenticated");
        (await _sale.Client.PostAsync(path, _sale.Sign.Bearer("weibo:rita"), body)).IsRefusal(403, "forbidden");
        (await _sale.Client.PostAsync(path, _sale.Operator, """{"user":"rita","reason":"x"}"""))
            .IsRefusal(400, "invalid-request", "user");
        (await _sale.Client.PostAsync(path, _sale.Operator, """{"user":"weibo:rita"}"""))
            .IsRefusal(400, "invalid-request", "reason");
        (await there.ConfirmAsync(one)).ShouldBe(one);

        (await _sale.Client.PostAsync(path, _sale.Operator, body)).Is(204);
        _clock.Advance(Sessions.BelievedFor + Moment);
        (await there.ConfirmAsync(one)).ShouldBeNull();
        (await there.ConfirmAsync(other)).ShouldBeNull();
        (await SendAsync("GET", "/api/me", cookie)).Is(200)["user"].ShouldBeNull("this front had not asked yet");
        var next = await there.BeginAsync("rita", "weibo", null, []);
        (await there.ConfirmAsync(next)).ShouldBe(next);
    }

    [Fact]
    public async Task A_role_that_a_later_sign_in_did_not_give_is_lost_to_earlier_sessions()
    {
        using var there = NewFront(Actors());
        var before = await there.BeginAsync("sven", "weibo", null, [Caller.OperatorRole, "auditor"]);
        Callers.Read((await there.ConfirmAsync(before))!)!.IsOperator.ShouldBeTrue();
        await _sale.SignInAsync("sven", "auditor");
        _clock.Advance(Sessions.BelievedFor + Moment);
        var now = Callers.Read((await there.ConfirmAsync(before)).ShouldNotBeNull())!;
        (now.User, now.IsOperator).ShouldBe(("weibo:sven", false));
        now.Roles.ShouldBe(["auditor"]);
        var granted = await there.BeginAsync("sven", "weibo", null, [Caller.OperatorRole]);
        Callers.Read((await there.ConfirmAsync(granted))!)!.Roles.ShouldBe([Caller.OperatorRole]);
    }

    [Fact]
    public async Task While_nobody_can_be_asked_only_a_known_session_goes_on_and_for_less_than_a_minute()
    {
        var actors = DispatchProxy.Create<IGrainFactory, Lost>();
        ((Lost)actors).Actors = Actors();
        using var front = NewFront(actors);
        var (known, unknown) =
            (await front.BeginAsync("tove", "weibo", null, []), await front.BeginAsync("tove", "weibo", null, []));
        (await front.ConfirmAsync(known)).ShouldBe(known);
        ((Lost)actors).Actors = null;
        await Should.ThrowAsync<OrleansException>(async () => await front.ConfirmAsync(unknown));
        for (var age = TimeSpan.Zero; age < Sessions.BelievedUnanswered; age += TimeSpan.FromSeconds(5))
        {
            (await front.ConfirmAsync(known)).ShouldBe(known);
            _clock.Advance(TimeSpan.FromSeconds(5));
        }
        _clock.Advance(Moment);
        var fault = await Should.ThrowAsync<Exception>(async () => await front.ConfirmAsync(known));
        LostInfrastructure.Is(fault).ShouldBeTrue("a client is told to ask again");
        (Sessions.BelievedUnanswered + Sessions.MaxWait).ShouldBeLessThan(Minute);
        ((Lost)actors).Actors = Actors();
        _clock.Advance(Sessions.RetryAfter);
        (await front.ConfirmAsync(known)).ShouldBe(known);
    }

    [Fact]
    public async Task A_session_lasts_no_longer_than_its_bound_and_a_cookie_without_one_is_none()
    {
        using var front = NewFront(Actors());
        var session = await front.BeginAsync("ulla", "weibo", null, []);
        (await front.ConfirmAsync(new ClaimsPrincipal(new ClaimsIdentity(Callers.ClaimsOf("ulla", "weibo", null, [])))))
            .ShouldBeNull();
        _clock.Advance(Sessions.MaxLifetime + UpToNow(session));
        (await front.ConfirmAsync(session)).ShouldBeNull();
    }

    private TimeSpan UpToNow(ClaimsPrincipal session) =>
        DateTimeOffset.FromUnixTimeMilliseconds(
            long.Parse(session.FindFirstValue("sid_at")!, null)) - _clock.GetUtcNow() + Moment;

    private IGrainFactory Actors() => _sale.Front.Services.GetRequiredService<IGrainFactory>();

    private Sessions NewFront(IGrainFactory actors) =>
        new(actors, new ActorRetry(Options.Create(new SaleOptions())), _clock);

    private Task<Answer> SendAsync(string method, string path, string cookie) =>
        _sale.Client.SendAsync(method, path, headers: ("Cookie", cookie));

    /// <summary>Silos that can be lost.</summary>
    public class Lost : DispatchProxy
    {
        internal IGrainFactory? Actors { get; set; }

        /// <inheritdoc/>
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
            Actors is null ? throw new OrleansException("no silo") : targetMethod!.Invoke(Actors, args);
    }
}
