<?php
/**
 * Plugin Name:       Comment Moderation (self-hosted)
 * Description:       Asks your own comment moderation service about each comment, holds what it holds, and applies what its moderators decide.
 * Version:           0.1.0
 * Requires at least: 5.5
 * Requires PHP:      7.4
 * License:           Apache-2.0
 * Text Domain:       comment-moderation
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

require_once __DIR__ . '/includes/settings.php';
require_once __DIR__ . '/includes/client.php';
require_once __DIR__ . '/includes/comments.php';
require_once __DIR__ . '/includes/decisions.php';

add_filter( 'pre_comment_approved', 'comment_moderation_approved', 20, 2 );
add_action( 'comment_post', 'comment_moderation_remember', 10, 1 );
add_action( 'edit_comment', 'comment_moderation_edited', 10, 1 );
add_action( 'transition_comment_status', 'comment_moderation_moderated', 10, 3 );
add_action( 'delete_comment', 'comment_moderation_deleted', 10, 1 );
add_action( 'comment_moderation_ask_again', 'comment_moderation_ask_again', 10, 1 );
add_action( 'rest_api_init', 'comment_moderation_register_route' );
add_action( 'admin_menu', 'comment_moderation_add_page' );
add_action( 'admin_init', 'comment_moderation_register_settings' );
add_action( 'admin_post_comment_moderation_test', 'comment_moderation_run_test' );
