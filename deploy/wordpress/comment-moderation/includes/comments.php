<?php
/**
 * WordPress's own events: a comment comes in, is edited, moderated, deleted.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

const COMMENT_MODERATION_NAME     = '_comment_moderation_name';
const COMMENT_MODERATION_REVISION = '_comment_moderation_revision';
const COMMENT_MODERATION_VERDICT  = '_comment_moderation_verdict';
const COMMENT_MODERATION_WAITS    = '_comment_moderation_waits';

/**
 * What was asked in this request, until the comment has an id; and whether we are acting ourselves.
 *
 * @return ArrayObject
 */
function comment_moderation_state() {
	static $state = null;
	if ( null === $state ) {
		$state = new ArrayObject( array( 'asked' => null, 'acting' => false ) );
	}
	return $state;
}

/**
 * Return the comment's name with the service.
 *
 * @param int $comment_id WordPress's id.
 * @return string
 */
function comment_moderation_name( $comment_id ) {
	$name = get_comment_meta( $comment_id, COMMENT_MODERATION_NAME, true );
	return $name ? $name : 'wp-' . $comment_id;
}

/**
 * Ask about a new comment. What WordPress or another plugin has called spam stays spam.
 *
 * @param int|string|WP_Error $approved    1, 0, 'spam', 'trash' or an error.
 * @param array               $commentdata The comment.
 * @return int|string|WP_Error
 */
function comment_moderation_approved( $approved, $commentdata ) {
	$type = isset( $commentdata['comment_type'] ) ? $commentdata['comment_type'] : '';
	if ( is_wp_error( $approved ) || 'spam' === $approved || 'trash' === $approved ) {
		return $approved;
	}
	if ( in_array( $type, array( 'pingback', 'trackback' ), true ) ) {
		return $approved;
	}
	$name     = 'wp-' . wp_generate_uuid4();
	// WordPress hands the comment over with slashes, and stores it without.
	$document = comment_moderation_document( $name, wp_unslash( $commentdata ) );
	$answer   = comment_moderation_request( 'POST', '/v1/comments', $document );

	comment_moderation_state()['asked'] = array(
		'name'   => $name,
		'answer' => $answer,
		'was'    => $approved,
	);
	if ( is_wp_error( $answer ) ) {
		return 'publish' === comment_moderation_setting( 'when_away' ) ? $approved : 0;
	}
	return 'hold' === $answer['verdict'] ? 0 : $approved;
}

/**
 * Keep what was answered, now that the comment has an id; ask again where nobody answered.
 *
 * @param int $comment_id WordPress's id.
 */
function comment_moderation_remember( $comment_id ) {
	$asked = comment_moderation_state()['asked'];
	if ( null === $asked ) {
		return;
	}
	comment_moderation_state()['asked'] = null;
	update_comment_meta( $comment_id, COMMENT_MODERATION_NAME, $asked['name'] );
	if ( is_wp_error( $asked['answer'] ) ) {
		update_comment_meta( $comment_id, COMMENT_MODERATION_WAITS, (string) $asked['was'] );
		wp_schedule_single_event( time() + 300, 'comment_moderation_ask_again', array( $comment_id ) );
		return;
	}
	comment_moderation_keep( $comment_id, $asked['answer'] );
}

/**
 * Keep an answer.
 *
 * @param int   $comment_id WordPress's id.
 * @param array $answer     The service's answer.
 */
function comment_moderation_keep( $comment_id, $answer ) {
	update_comment_meta( $comment_id, COMMENT_MODERATION_REVISION, $answer['revision'] );
	update_comment_meta( $comment_id, COMMENT_MODERATION_VERDICT, $answer['verdict'] );
}

/**
 * Ask about a comment as it is now, and hold it if the verdict on its new text says so.
 *
 * @param int  $comment_id WordPress's id.
 * @param bool $acts       Whether to hold.
 * @return array|WP_Error
 */
function comment_moderation_ask( $comment_id, $acts ) {
	$comment = get_comment( $comment_id, ARRAY_A );
	if ( ! $comment ) {
		return new WP_Error( 'comment_moderation_gone', 'The comment is gone.' );
	}
	$name     = comment_moderation_name( $comment_id );
	$document = comment_moderation_document( $name, $comment );
	$answer   = comment_moderation_request( 'POST', '/v1/comments', $document, 5.0 );
	if ( is_wp_error( $answer ) ) {
		return $answer;
	}
	update_comment_meta( $comment_id, COMMENT_MODERATION_NAME, $name );
	$is_new = get_comment_meta( $comment_id, COMMENT_MODERATION_REVISION, true ) !== $answer['revision'];
	comment_moderation_keep( $comment_id, $answer );
	if ( $acts && $is_new && 'hold' === $answer['verdict'] && '1' === (string) $comment['comment_approved'] ) {
		comment_moderation_act( $comment_id, 'hold' );
	}
	return $answer;
}

/**
 * A comment was edited: its new text is asked about. What a moderator wrote is not held.
 *
 * @param int $comment_id WordPress's id.
 */
function comment_moderation_edited( $comment_id ) {
	if ( is_wp_error( comment_moderation_ask( $comment_id, ! current_user_can( 'moderate_comments' ) ) ) ) {
		wp_schedule_single_event( time() + 300, 'comment_moderation_ask_again', array( $comment_id ) );
	}
}

/**
 * Ask about a comment that nobody answered for, until somebody does.
 *
 * @param int $comment_id WordPress's id.
 */
function comment_moderation_ask_again( $comment_id ) {
	$answer = comment_moderation_ask( $comment_id, true );
	if ( is_wp_error( $answer ) ) {
		if ( 'comment_moderation_gone' !== $answer->get_error_code() ) {
			wp_schedule_single_event( time() + 1800, 'comment_moderation_ask_again', array( $comment_id ) );
		}
		return;
	}
	$waits = get_comment_meta( $comment_id, COMMENT_MODERATION_WAITS, true );
	delete_comment_meta( $comment_id, COMMENT_MODERATION_WAITS );
	$comment = get_comment( $comment_id, ARRAY_A );
	if ( '1' === (string) $waits && 'hold' !== $answer['verdict'] && '0' === (string) $comment['comment_approved'] ) {
		// Held only because nobody answered: WordPress itself would have shown it.
		comment_moderation_act( $comment_id, 'approve' );
	}
}

/**
 * Change a comment's status ourselves, without telling the service what it told us.
 *
 * @param int    $comment_id WordPress's id.
 * @param string $status     'approve', 'hold', 'spam' or 'trash'.
 * @return bool
 */
function comment_moderation_act( $comment_id, $status ) {
	comment_moderation_state()['acting'] = true;
	$result                              = wp_set_comment_status( $comment_id, $status );
	comment_moderation_state()['acting'] = false;
	return true === $result;
}

/**
 * A moderator judged a comment in WordPress: the service learns from it.
 *
 * @param string     $new_status New status.
 * @param string     $old_status Old status.
 * @param WP_Comment $comment    The comment.
 */
function comment_moderation_moderated( $new_status, $old_status, $comment ) {
	if ( comment_moderation_state()['acting'] || $new_status === $old_status ) {
		return;
	}
	if ( ! current_user_can( 'moderate_comments' ) || 'unapproved' === $new_status || 'delete' === $new_status ) {
		return;
	}
	if ( ! get_comment_meta( $comment->comment_ID, COMMENT_MODERATION_REVISION, true ) ) {
		return;
	}
	$is_approved = 'approved' === $new_status;
	if ( ! $is_approved && 'spam' === $new_status ) {
		return; // Advertising is not abuse: it would teach the model something wrong.
	}
	comment_moderation_request(
		'POST',
		'/v1/comments/' . rawurlencode( comment_moderation_name( $comment->comment_ID ) ) . '/feedback',
		array(
			'labels'   => array( 'abusive' => ! $is_approved ),
			'decision' => $is_approved ? 'approve' : 'reject',
			'given_by' => 'wp:' . get_current_user_id(),
		),
		2.0
	);
}

/**
 * A comment was deleted for good: it leaves the queue.
 *
 * @param int $comment_id WordPress's id.
 */
function comment_moderation_deleted( $comment_id ) {
	if ( get_comment_meta( $comment_id, COMMENT_MODERATION_REVISION, true ) ) {
		comment_moderation_request( 'DELETE', '/v1/comments/' . rawurlencode( comment_moderation_name( $comment_id ) ) );
	}
}
